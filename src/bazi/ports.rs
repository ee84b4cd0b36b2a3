//! Where a chart can be had besides our own engine.

use async_trait::async_trait;

use super::{BirthMoment, Chart};

#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// May pass: network, server fault, rate limit.
    #[error("the chart service cannot be reached")]
    Unreachable(#[source] anyhow::Error),
    /// Will not pass by itself: key, plan, quota, a parameter it refuses.
    #[error("the chart service refused: {0}")]
    Refused(String),
}

/// A service that computes a chart.
#[async_trait]
pub trait ChartService: Send + Sync {
    fn name(&self) -> &str;

    async fn chart(&self, birth: &BirthMoment) -> Result<Chart, ChartError>;
}
