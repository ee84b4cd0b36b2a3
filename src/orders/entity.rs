//! The rows of `orders`, `order_products` and `order_history`. They never leave [`super::repo`].

pub(super) mod order {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Deserialize)]
    #[sea_orm(table_name = "orders")]
    pub(in crate::orders) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_no: String,
        pub draft_id: String,
        pub user_id: i64,
        pub sku: String,
        pub status: String,
        pub step: String,
        pub locale: String,
        pub price_minor: i64,
        pub discount_minor: i64,
        pub total_minor: i64,
        pub currency: String,
        pub discounts: String,
        pub coupon_code: Option<String>,
        pub test: i32,
        pub form_sealed: Option<String>,
        pub affiliate_code: Option<String>,
        pub anchor_message_id: Option<i64>,
        pub failure: Option<String>,
        pub cancel_reason: Option<String>,
        pub expires_at: i64,
        pub paid_at: Option<i64>,
        pub completed_at: Option<i64>,
        pub created_at: i64,
        pub updated_at: i64,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::orders) enum Relation {
        #[sea_orm(has_one = "super::product::Entity")]
        Product,
    }

    impl Related<super::product::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Product.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What was sold. Beside the order and not in its row, which is written at every change of state:
/// this is forty times as long, and never changes.
pub(super) mod product {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_products")]
    pub(in crate::orders) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_no: String,
        pub product_sealed: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::orders) enum Relation {
        #[sea_orm(
            belongs_to = "super::order::Entity",
            from = "Column::OrderNo",
            to = "super::order::Column::OrderNo"
        )]
        Order,
    }

    impl Related<super::order::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Order.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod history {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "order_history")]
    pub(in crate::orders) struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub order_no: String,
        pub from_status: Option<String>,
        pub to_status: String,
        pub actor: String,
        pub reason: String,
        pub at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::orders) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
