//! Where a chart can be had besides our own engine.

use async_trait::async_trait;

use super::{BirthMoment, Chart};

#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// May pass: network, server fault, rate limit.
    #[error("the chart service cannot be reached")]
    Unreachable(#[source] anyhow::Error),
    /// Will not pass by itself.
    #[error("the chart service refused: {0}")]
    Refused(Refusal),
}

/// Why a service refuses, with its own words for operators.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("it does not accept our key ({0})")]
    Key(String),
    #[error("our plan does not include this ({0})")]
    Plan(String),
    #[error("our quota is used up or has expired ({0})")]
    Quota(String),
    /// Our fault: it does not understand what we send.
    #[error("it does not understand the request ({0})")]
    Request(String),
}

/// A service that computes a chart.
#[async_trait]
pub trait ChartService: Send + Sync {
    fn name(&self) -> &str;

    /// The chart of a birth with the 流年 around `now_year`. Asked twice it changes nothing.
    async fn chart(&self, birth: &BirthMoment, now_year: i32) -> Result<Chart, ChartError>;
}
