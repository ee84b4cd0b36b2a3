//! The rows of `affiliates`, `commissions` and `payouts`. They never leave this module.

pub(super) mod affiliate {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "affiliates")]
    pub(in crate::affiliates) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub code: String,
        pub user_id: i64,
        pub rate_percent: Option<i32>,
        pub clicks: i64,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::affiliates) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod commission {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "commissions")]
    pub(in crate::affiliates) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_no: String,
        pub affiliate_code: String,
        pub status: String,
        pub base_minor: i64,
        pub amount_minor: i64,
        pub reversed_minor: i64,
        pub rate_percent: Option<i32>,
        pub currency: String,
        pub hold_until_at: i64,
        pub created_at: i64,
        pub updated_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::affiliates) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod payout {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payouts")]
    pub(in crate::affiliates) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub payout_no: String,
        pub affiliate_code: String,
        pub amount_minor: i64,
        pub currency: String,
        pub status: String,
        pub destination_sealed: Option<String>,
        pub reference: Option<String>,
        pub requested_at: i64,
        pub decided_at: Option<i64>,
        pub decided_by: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::affiliates) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
