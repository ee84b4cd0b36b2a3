//! TEMP
use super::{Case, Trouble};
pub(super) const ATTEMPTS: i32 = 3;
impl Case<'_> {
    pub(super) async fn chart(&mut self) -> Result<(), Trouble> {
        let tx = self.begin().await?;
        self.checkpoint(tx).await
    }
    pub(super) async fn facts(&mut self) -> Result<(), Trouble> {
        let tx = self.begin().await?;
        self.checkpoint(tx).await
    }
    pub(super) async fn chart_lines(&self) -> Result<Vec<String>, Trouble> {
        Ok(vec![])
    }
}
