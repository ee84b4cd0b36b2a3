//! Every statement on `operator_actions`: rows are written and read, never changed.

use sea_orm::prelude::*;
use sea_orm::{ActiveValue::NotSet, ActiveValue::Set, QueryOrder, QuerySelect};

use super::entity::action;
use super::{AuditError, Filter, NewAction, OperatorAction};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::OrderNo;
use crate::platform::db::WriteTx;

/// Writes one deed down; it stands or falls with what was done.
pub async fn record(tx: &WriteTx, new: &NewAction<'_>, now: Timestamp) -> Result<(), AuditError> {
    let details = if new.details.is_null() { "{}".to_owned() } else { new.details.to_string() };
    let row = action::ActiveModel {
        id: NotSet,
        operator: Set(new.operator.to_owned()),
        action: Set(new.action.to_owned()),
        subject: Set(new.subject.to_owned()),
        order_no: Set(new.order_no.map(|no| no.0.clone())),
        details: Set(details),
        at: Set(now.millis()),
    };
    action::Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// The newest deeds that fit `filter`, at most `limit` of them.
pub async fn list(
    db: &impl ConnectionTrait,
    filter: &Filter<'_>,
    limit: u64,
) -> Result<Vec<OperatorAction>, AuditError> {
    let mut query = action::Entity::find().order_by_desc(action::Column::Id).limit(limit);
    if let Some(no) = filter.order_no {
        query = query.filter(action::Column::OrderNo.eq(no.as_str()));
    }
    if let Some(subject) = filter.subject {
        query = query.filter(action::Column::Subject.eq(subject));
    }
    if let Some(word) = filter.action {
        query = query.filter(action::Column::Action.eq(word));
    }
    let rows = query.all(db).await?;
    rows.into_iter().map(OperatorAction::try_from).collect()
}

impl TryFrom<action::Model> for OperatorAction {
    type Error = AuditError;

    fn try_from(row: action::Model) -> Result<Self, AuditError> {
        let details =
            serde_json::from_str(&row.details).map_err(|_bad| AuditError::Damaged(row.id))?;
        Ok(Self {
            id: row.id,
            operator: row.operator,
            action: row.action,
            subject: row.subject,
            order_no: row.order_no.map(OrderNo),
            details,
            at: Timestamp(row.at),
        })
    }
}
