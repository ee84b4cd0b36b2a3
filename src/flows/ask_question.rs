//! A buyer asks something about a delivered report: as often as the product's file allows, and as
//! more of it was bought. The question is a row before anybody works on it; the answer is written by
//! [`super::fulfil_order::answer`].

use sea_orm::DbErr;

use super::base::Base;
use super::jobs::AnswerQuestion;
use super::may_order::{self, Closed};
use crate::catalog::{ProductSnapshot, QuestionPlan};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, UserId};
use crate::orders::packs::{self, Granted};
use crate::orders::{self, Order, OrderError, OrderStatus};
use crate::platform::jobs::store as jobs;
use crate::reports::questions::{self, Tally};
use crate::reports::{ReportError, repo as reports};
use crate::users::UserError;

/// What became of the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// It is being answered; so many are left after it.
    Now {
        number: i64,
        left: i64,
    },
    /// This very question was asked before: the update came again.
    Before,
    /// The one before it is still being answered.
    UnderWay,
    /// None is left.
    UsedUp,
    /// The time for questions ended.
    TimeOver,
    /// More than so many characters.
    TooLong(u32),
    /// Nothing was said.
    Empty,
    /// The order is not delivered, or its money goes back.
    NotNow,
    /// Operators have closed the shop, or turned this person away.
    Closed(Closed),
    /// Report or answers were erased.
    Gone,
    /// The product has no questions.
    NotOffered,
    NotTheirs,
}

/// How a delivered order stands with its questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub plan: QuestionPlan,
    pub tally: Tally,
    /// Included and bought.
    pub given: i64,
    pub until: Timestamp,
}

impl Standing {
    pub fn left(&self) -> i64 {
        self.tally.left(self.given)
    }

    pub fn is_over(&self, now: Timestamp) -> bool {
        now > self.until
    }
}

#[derive(Debug, thiserror::Error)]
pub enum QuestionError {
    #[error("the order cannot be read")]
    Order(#[from] OrderError),
    #[error("the questions cannot be read or written")]
    Report(#[from] ReportError),
    #[error("the user cannot be read")]
    User(#[from] UserError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}

/// `key`: of the tap that asked for the words, so that an update that comes again asks nothing new.
pub async fn ask(
    base: &Base,
    (user, no): (UserId, &OrderNo),
    (key, words): (&str, &str),
) -> Result<Asked, QuestionError> {
    let now = base.now();
    let order = orders::repo::find(base.db.read(), no).await?;
    if order.is_none_or(|order| order.user != user) {
        return Ok(Asked::NotTheirs);
    }
    let tx = base.db.begin_write().await?;
    let order = orders::repo::lock(&tx, no).await?;
    if questions::find_by_key(tx.conn(), (no, key)).await?.is_some() {
        return Ok(Asked::Before);
    }
    if order.status != OrderStatus::Completed {
        return Ok(Asked::NotNow);
    }
    let product: ProductSnapshot = order.product(&base.keyring)?;
    if let Some(closed) = may_order::serve(&tx, product.test, user).await? {
        return Ok(Asked::Closed(closed));
    }
    let bought = packs::granted(tx.conn(), no).await?;
    let tally = questions::tally(tx.conn(), no).await?;
    let Some(standing) = standing_of(&order, product, (bought, tally)) else {
        return Ok(Asked::NotOffered);
    };
    let words = words.trim();
    if let Some(refused) = refused(&standing, words, now) {
        return Ok(refused);
    }
    let has_answers = order.form::<serde_json::Value>(&base.keyring).is_ok();
    if !has_answers || reports::find_text(tx.conn(), &base.keyring, no).await?.is_none() {
        return Ok(Asked::Gone);
    }
    let number = questions::last_number(tx.conn(), no).await?.saturating_add(1);
    if !questions::insert(&tx, &base.keyring, (no, number), (key, words), now).await? {
        return Ok(Asked::Before);
    }
    jobs::enqueue(&tx, &AnswerQuestion { order_no: no.clone(), number }, now).await?;
    tx.commit().await?;
    metrics::counter!("mingshu_questions_total", "outcome" => "asked").increment(1);
    tracing::info!(order.id = %no, question.number = number, "a question was asked");
    Ok(Asked::Now { number, left: standing.left().saturating_sub(1) })
}

/// Why these words cannot be asked now.
fn refused(standing: &Standing, words: &str, now: Timestamp) -> Option<Asked> {
    let longest = usize::try_from(standing.plan.max_characters).unwrap_or(usize::MAX);
    if standing.tally.asked > 0 {
        Some(Asked::UnderWay)
    } else if standing.is_over(now) {
        Some(Asked::TimeOver)
    } else if standing.left() == 0 {
        Some(Asked::UsedUp)
    } else if words.is_empty() {
        Some(Asked::Empty)
    } else if words.chars().count() > longest {
        Some(Asked::TooLong(standing.plan.max_characters))
    } else {
        None
    }
}

/// `None`: nothing can be asked about it, because the product offers no questions or is not delivered.
pub async fn standing(base: &Base, order: &Order) -> Result<Option<Standing>, QuestionError> {
    if order.status != OrderStatus::Completed {
        return Ok(None);
    }
    let db = base.db.read();
    let bought = packs::granted(db, &order.order_no).await?;
    let tally = questions::tally(db, &order.order_no).await?;
    Ok(standing_of(order, order.product(&base.keyring)?, (bought, tally)))
}

fn standing_of(
    order: &Order,
    product: ProductSnapshot,
    (bought, tally): (Granted, Tally),
) -> Option<Standing> {
    let (plan, delivered) = (product.questions?, order.completed_at?);
    Some(Standing {
        tally,
        given: i64::from(plan.included).saturating_add(bought.questions),
        until: plan.ends(bought.last.unwrap_or(delivered).max(delivered)),
        plan,
    })
}
