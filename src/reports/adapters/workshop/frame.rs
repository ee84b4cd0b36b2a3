//! What the shop and a worker say to each other: an order is its length and JSON; an answer is one
//! byte for how it went, how many characters were left out, its length, and the picture or what was
//! wrong. Numbers are four bytes, the highest first.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::reports::drawing::{Drawing, Piece};

/// Twice what the engine takes.
const LONGEST_ORDER: u32 = 2 * 1024 * 1024;
/// Telegram takes no larger file from a bot (reference/telegram.md).
const LONGEST_ANSWER: u32 = 50 * 1024 * 1024;

const DRAWN: u8 = 0;
const FAILED: u8 = 1;

/// What is to be drawn, as a worker reads it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) piece: Piece,
    pub(super) data: Value,
}

/// What became of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Drawn { dropped: u32, bytes: Vec<u8> },
    Failed(String),
}

impl Answer {
    pub(super) fn into_error(self) -> anyhow::Error {
        match self {
            Self::Failed(why) => anyhow::Error::msg(why),
            Self::Drawn { .. } => anyhow::Error::msg("it was drawn"),
        }
    }
}

/// The bytes of an order.
pub(super) fn order(drawing: &Drawing) -> anyhow::Result<Vec<u8>> {
    let order = Order { piece: drawing.piece(), data: serde_json::to_value(drawing)? };
    let json = serde_json::to_vec(&order)?;
    let length = u32::try_from(json.len()).unwrap_or(u32::MAX);
    anyhow::ensure!(length <= LONGEST_ORDER, "too much to draw: {length} bytes");
    let mut bytes = length.to_be_bytes().to_vec();
    bytes.extend(json);
    Ok(bytes)
}

/// The next order; `None` when the shop has closed.
pub(super) fn read_order(orders: &mut impl Read) -> io::Result<Option<Order>> {
    let mut length = [0; 4];
    match orders.read_exact(&mut length) {
        Err(end) if end.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let length = u32::from_be_bytes(length);
    if length > LONGEST_ORDER {
        return Err(io::Error::other("an order that is too long"));
    }
    let mut json = vec![0; usize::try_from(length).unwrap_or_default()];
    orders.read_exact(&mut json)?;
    Ok(Some(serde_json::from_slice(&json)?))
}

pub(super) fn write_answer(to: &mut impl Write, answer: &Answer) -> io::Result<()> {
    let (word, dropped, bytes) = match answer {
        Answer::Drawn { dropped, bytes } => (DRAWN, *dropped, bytes.as_slice()),
        Answer::Failed(why) => (FAILED, 0, why.as_bytes()),
    };
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    to.write_all(&[word])?;
    to.write_all(&dropped.to_be_bytes())?;
    to.write_all(&length.to_be_bytes())?;
    to.write_all(bytes)?;
    to.flush()
}

pub(super) async fn read_answer(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Answer> {
    let (word, dropped, length) =
        (from.read_u8().await?, from.read_u32().await?, from.read_u32().await?);
    if length > LONGEST_ANSWER {
        return Err(io::Error::other("a picture that is too large"));
    }
    let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
    from.read_exact(&mut bytes).await?;
    Ok(match word {
        DRAWN => Answer::Drawn { dropped, bytes },
        _failed => Answer::Failed(String::from_utf8_lossy(&bytes).into_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_said_is_heard() {
        for said in [
            Answer::Drawn { dropped: 3, bytes: vec![0, 255, 7] },
            Answer::Failed("report.typ:3: 没有这个字".to_owned()),
        ] {
            let mut pipe = Vec::new();
            write_answer(&mut pipe, &said).unwrap();
            assert_eq!(read_answer(&mut pipe.as_slice()).await.unwrap(), said);
            pipe.pop();
            assert!(read_answer(&mut pipe.as_slice()).await.is_err(), "half an answer");
        }
    }

    #[test]
    fn an_order_ends_with_the_pipe_and_not_before() {
        assert!(read_order(&mut [].as_slice()).unwrap().is_none());
        let order = Order { piece: Piece::Luck, data: Value::from(7) };
        let json = serde_json::to_vec(&order).unwrap();
        let mut bytes = u32::try_from(json.len()).unwrap().to_be_bytes().to_vec();
        bytes.extend(&json);
        let read = read_order(&mut bytes.as_slice()).unwrap().unwrap();
        assert_eq!((read.piece, read.data), (Piece::Luck, Value::from(7)));
        bytes.pop();
        assert!(read_order(&mut bytes.as_slice()).is_err());
        assert!(read_order(&mut [255; 8].as_slice()).is_err(), "too long");
    }
}
