//! The rows of `payments`, `payment_log` and `refunds`. They never leave this capability.

pub(super) mod payment {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Deserialize)]
    #[sea_orm(table_name = "payments")]
    pub(in crate::payments) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub payment_no: String,
        pub order_no: String,
        pub provider: String,
        pub dialect: String,
        pub method: String,
        pub status: String,
        pub amount_minor: i64,
        pub currency: String,
        pub provider_ref: Option<String>,
        pub pay_url: Option<String>,
        pub qr_code: Option<String>,
        pub proven_at: Option<i64>,
        pub notify_url: Option<String>,
        pub queries: i32,
        pub next_query_at: Option<i64>,
        pub last_query_at: Option<i64>,
        pub last_query_word: Option<String>,
        pub reminded_at: Option<i64>,
        pub stated_minor: Option<i64>,
        pub stated_currency: Option<String>,
        pub expires_at: i64,
        pub paid_at: Option<i64>,
        pub created_at: i64,
        pub updated_at: i64,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::payments) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod log {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payment_log")]
    pub(in crate::payments) struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub payment_no: String,
        pub from_status: Option<String>,
        pub to_status: String,
        pub source: String,
        pub evidence_key: Option<String>,
        pub note: String,
        pub at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::payments) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod refund {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "refunds")]
    pub(in crate::payments) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub refund_no: String,
        pub cause: String,
        pub order_no: String,
        pub payment_no: String,
        pub amount_minor: i64,
        pub currency: String,
        pub status: String,
        pub reason: String,
        pub actor: String,
        pub order_status_before: Option<String>,
        pub provider_refund_ref: Option<String>,
        pub last_error: Option<String>,
        pub manual_reference: Option<String>,
        pub created_at: i64,
        pub updated_at: i64,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::payments) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
