//! BaZi charts (placeholder replaced by the engine).
pub mod ports;
/// x
#[derive(Debug, Clone)]
pub struct BirthMoment;
/// x
#[derive(Debug, Clone)]
pub struct Chart;
