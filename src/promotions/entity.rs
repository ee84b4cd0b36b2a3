//! The rows of `coupons` and `coupon_redemptions`. They never leave [`super::repo`].

pub(super) mod coupon {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "coupons")]
    pub(in crate::promotions) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub code: String,
        pub kind: String,
        pub percent: Option<i32>,
        pub amount_minor: Option<i64>,
        pub currency: Option<String>,
        pub minimum_minor: i64,
        pub cap_minor: Option<i64>,
        pub skus: String,
        pub starts_at: Option<i64>,
        pub ends_at: Option<i64>,
        pub total_limit: Option<i64>,
        pub per_user_limit: Option<i64>,
        pub used: i64,
        pub active: i32,
        pub created_by: String,
        pub created_at: i64,
        pub updated_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::promotions) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod redemption {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "coupon_redemptions")]
    pub(in crate::promotions) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_no: String,
        pub code: String,
        pub user_id: i64,
        pub discount_minor: i64,
        pub currency: String,
        pub status: String,
        pub at: i64,
        pub updated_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::promotions) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
