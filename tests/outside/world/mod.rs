//! The world outside mingshu, played on loopback from the reference texts alone. Nothing here
//! shares code with the program: not its adapters, not its sandbox.

pub(crate) mod model;
pub(crate) mod pingpong;
pub(crate) mod stage;
pub(crate) mod telegram;
pub(crate) mod yuanfenju;

use self::model::Model;
use self::pingpong::{Dialect, PingPong};
use self::stage::Stage;
use self::telegram::Telegram;
use self::yuanfenju::Yuanfenju;

/// All systems that a shop talks to.
pub(crate) struct World {
    pub(crate) stage: Stage,
    pub(crate) telegram: Telegram,
    pub(crate) pingpong: PingPong,
    pub(crate) model: Model,
    pub(crate) yuanfenju: Yuanfenju,
}

impl World {
    pub(crate) async fn new(dialect: Dialect) -> Self {
        let stage = Stage::new();
        Self {
            telegram: Telegram::open(stage.clone()).await,
            pingpong: PingPong::open(stage.clone(), dialect).await,
            model: Model::open(stage.clone()).await,
            yuanfenju: Yuanfenju::open(stage.clone()).await,
            stage,
        }
    }
}
