//! The ways to pay that had trouble lately: marked where a buyer chooses, never taken away, because
//! the trouble may be over. A quarter of an hour later they are as good as any.

use std::collections::BTreeSet;
use std::time::Duration;

use super::till::Till;
use crate::kernel::money::Currency;
use crate::payments::{PaymentError, health};

/// Older links say nothing about now.
const LATELY: Duration = Duration::from_secs(15 * 60);
/// How long a link may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The methods for money of this currency that gave nobody a link lately.
pub async fn troubled(till: &Till, currency: Currency) -> Result<BTreeSet<String>, PaymentError> {
    let now = till.base.now();
    let span = (now.minus(LATELY), now.minus(PATIENCE));
    let tries = health::recent(till.base.db.read(), till.provider_for(currency), span).await?;
    let troubled = tries.into_iter().filter(health::Tries::is_troubled);
    Ok(troubled.map(|tries| tries.method).collect())
}
