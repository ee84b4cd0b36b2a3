//! The rows of `operator_actions`. They never leave [`super::repo`].

pub(super) mod action {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "operator_actions")]
    pub(in crate::audit) struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub operator: String,
        pub action: String,
        pub subject: String,
        pub order_no: Option<String>,
        pub details: String,
        pub at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::audit) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
