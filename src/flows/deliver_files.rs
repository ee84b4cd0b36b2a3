//! Messages with files: drawn when they are sent, and never a reason to hold the text back.
//!
//! Nothing that was drawn is stored. A picture follows from chart, text and the day the report was
//! made, which are stored and sealed anyway; drawing costs a tenth of a second, keeping it half a
//! megabyte of personal data more in every order, to be sealed, rotated and forgotten. After the
//! first time the chat service has the file under a name of its own, and a re-send names it.

use bytes::Bytes;

use super::deliver_report::{Delivery, Stopped};
use super::illustrate::{self, Illustration, Sitters, Words};
use super::jobs::AlertKind;
use super::raise_alert;
use crate::affiliates;
use crate::notifications::message::{Cargo, Item, OutgoingMessage, Parcel, Source};
use crate::notifications::ports::{MessageId, Posted, SendError};
use crate::notifications::sender::Priority;
use crate::platform::jobs::store as jobs;
use crate::reports::deliveries::{self, Body, FilePiece, Files, Part, PartKind};
use crate::reports::drawing::Piece;
use crate::reports::ports::Renderer;
use crate::reports::repo as reports;

/// Runs in which a message with files may be in doubt: should drawing it ever end the process, the
/// rest of the report goes out all the same.
const RUNS_IN_DOUBT: i32 = 3;

/// How a message with files ended.
enum Ending {
    Sent(Vec<Posted>),
    /// Sent twice without an answer.
    TakenAsSent,
    LeftOut,
}

/// What was drawn for one message.
#[derive(Default)]
struct Drawn {
    pieces: Vec<FilePiece>,
    items: Vec<Item>,
    /// What operators should know.
    failures: Vec<String>,
}

impl Delivery<'_> {
    pub(super) async fn send_files(&self, part: &Part, files: &Files) -> Result<(), Stopped> {
        if part.in_doubt && self.claimed.attempt > RUNS_IN_DOUBT {
            let why = "the process ended again and again while it was made".to_owned();
            let drawn = Drawn { failures: vec![why], ..Drawn::default() };
            return self.end(part, (files, drawn), Ending::LeftOut).await;
        }
        let known = known(files);
        let named = known.is_some();
        let drawn = match known {
            Some(drawn) => drawn,
            None => self.draw(files).await?,
        };
        match self.post(part, &drawn).await {
            // The chat service has forgotten the files, or never took them from this bot.
            Err(SendError::Refused { code: 400, .. }) if named => {
                let drawn = self.draw(files).await?;
                let outcome = self.post(part, &drawn).await;
                self.conclude(part, (files, drawn), outcome).await
            }
            outcome => self.conclude(part, (files, drawn), outcome).await,
        }
    }

    async fn conclude(
        &self,
        part: &Part,
        (files, mut drawn): (&Files, Drawn),
        outcome: Result<Ending, SendError>,
    ) -> Result<(), Stopped> {
        let ending = match outcome {
            Ok(ending) => ending,
            Err(SendError::Unknown(_)) if part.in_doubt => Ending::TakenAsSent,
            Err(SendError::Unreachable(_)) => return Err(Stopped::Unreachable),
            Err(SendError::TooFast(pause)) => {
                return Err(Stopped::Passing(SendError::TooFast(pause).into(), Some(pause)));
            }
            Err(error @ (SendError::NotSent(_) | SendError::Unknown(_))) => {
                return Err(Stopped::Passing(error.into(), None));
            }
            Err(
                error @ (SendError::Markup(_)
                | SendError::NotEditable(_)
                | SendError::Refused { .. }),
            ) => {
                drawn.failures.push(error.to_string());
                Ending::LeftOut
            }
        };
        self.end(part, (files, drawn), ending).await
    }

    async fn post(&self, part: &Part, drawn: &Drawn) -> Result<Ending, SendError> {
        let mut items = drawn.items.clone();
        let cargo = match (part.kind, items.len()) {
            (_, 0) => return Ok(Ending::LeftOut),
            (PartKind::Document, 1) => Cargo::Document(items.remove(0)),
            _ => Cargo::Photos(items),
        };
        let caption = OutgoingMessage::html(part.body.html.clone());
        let parcel = Parcel { cargo, caption };
        let (sender, user) = (&self.tools.sender, self.order.user);
        sender.send_parcel(Priority::Bulk, user, &parcel).await.map(Ending::Sent)
    }

    /// Writes down how it ended, in one transaction with the alert about what could not be drawn.
    async fn end(
        &self,
        part: &Part,
        (files, drawn): (&Files, Drawn),
        ending: Ending,
    ) -> Result<(), Stopped> {
        let base = &self.tools.till.base;
        let now = self.tools.now();
        let tx = base.db.begin_write().await?;
        if !jobs::progress(&tx, self.claimed, super::deliver_report::ATTEMPTS).await? {
            return Err(Stopped::LeaseLost);
        }
        match ending {
            Ending::Sent(posted) => {
                let first = posted.first().map_or(MessageId(0), |one| one.message);
                let body = remembering(&part.body, files, (drawn.pieces, posted));
                deliveries::keep_names(&tx, &base.keyring, self.place(part), &body).await?;
                deliveries::mark_sent(&tx, self.place(part), first.0, now).await?;
            }
            Ending::TakenAsSent => {
                tracing::warn!(delivery.seq = part.seq, "a message is taken as delivered");
                deliveries::mark_sent(&tx, self.place(part), 0, now).await?;
            }
            Ending::LeftOut => deliveries::leave_out(&tx, self.place(part), now).await?,
        }
        if !drawn.failures.is_empty() {
            let (number, note) = (self.order.order_no.as_str(), drawn.failures.join("; "));
            tracing::error!(delivery.seq = part.seq, failures = %note, "a report has no picture");
            metrics::counter!("mingshu_pictures_left_out_total").increment(1);
            raise_alert::run(&tx, AlertKind::PictureFailed, (number, &note), now).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Draws what can be drawn. A piece that cannot is told and left out, the others go out.
    async fn draw(&self, files: &Files) -> Result<Drawn, Stopped> {
        let mut drawn = Drawn::default();
        let Some(renderer) = &self.tools.drawing.renderer else {
            tracing::info!("pictures are switched off: a planned one is left out");
            return Ok(drawn);
        };
        let Some(material) = self.material().await? else { return Ok(drawn) };
        for file in &files.pieces {
            match self.draw_one(renderer.as_ref(), &material, (files, file.piece)).await {
                Ok(bytes) => {
                    drawn.items.push(self.item(file.piece, Source::Bytes(bytes)));
                    drawn.pieces.push(FilePiece { piece: file.piece, known_as: None });
                }
                Err(failure) => drawn.failures.push(format!("{}: {failure}", file.piece.word())),
            }
        }
        Ok(drawn)
    }

    async fn draw_one(
        &self,
        renderer: &dyn Renderer,
        material: &Material,
        (files, piece): (&Files, Piece),
    ) -> Result<Bytes, String> {
        let zone = self.tools.till.money.time_zone;
        let illustration = Illustration {
            words: Words { texts: &self.tools.texts, locale: self.order.locale },
            theme: files.theme,
            sitters: &material.sitters,
            made: illustrate::day_in(zone, files.made_at),
            title: &material.title,
            order_no: self.order.order_no.as_str(),
            text: &material.text,
            invitation: material.invitation.as_deref(),
        };
        let drawing = illustration.draw(piece).ok_or("the report has no such picture")?;
        // The cause of a failure names template and line, never what was drawn.
        renderer.draw(&drawing).await.map_err(|error| format!("{:#}", anyhow::Error::from(error)))
    }

    /// `None`: it was erased meanwhile.
    async fn material(&self) -> Result<Option<Material>, Stopped> {
        let base = &self.tools.till.base;
        let (db, number) = (base.db.read(), &self.order.order_no);
        let sitters = illustrate::sitters(base, number).await?;
        let text = reports::find_text(db, &base.keyring, number).await?;
        let (Some(sitters), Some(text)) = (sitters, text) else { return Ok(None) };
        let title = self.tools.product(self.order)?.name.get(self.order.locale).to_owned();
        let own = affiliates::repo::find_by_user(db, self.order.user).await?;
        let invitation = self.tools.drawing.chat_url.get().map(|way| match own {
            Some(own) => format!("{way}?start=aff_{}", own.code.as_str()),
            None => way.clone(),
        });
        Ok(Some(Material { sitters, text, title, invitation }))
    }

    fn item(&self, piece: Piece, source: Source) -> Item {
        let file_name = format!("{}-{}.{}", self.order.order_no, piece.word(), piece.extension());
        Item { source, file_name, content_type: piece.content_type() }
    }
}

/// What every piece of one report is drawn from.
struct Material {
    sitters: Sitters,
    text: String,
    title: String,
    invitation: Option<String>,
}

/// The files by the names that the chat service gave them, when it has all of them.
fn known(files: &Files) -> Option<Drawn> {
    let item = |file: &FilePiece| {
        let source = Source::Known(file.known_as.clone()?);
        let file_name = format!("{}.{}", file.piece.word(), file.piece.extension());
        Some(Item { source, file_name, content_type: file.piece.content_type() })
    };
    let items = files.pieces.iter().map(item).collect::<Option<Vec<_>>>()?;
    Some(Drawn { pieces: files.pieces.clone(), items, failures: Vec::new() })
}

/// The message with what its files are called now; pieces that could not be drawn stay planned, so
/// that a re-send tries them again.
fn remembering(body: &Body, files: &Files, (sent, posted): (Vec<FilePiece>, Vec<Posted>)) -> Body {
    let arrived: Vec<_> = sent.iter().map(|one| one.piece).zip(posted).collect();
    let named = |file: &FilePiece| {
        let found = arrived.iter().find(|(piece, _)| *piece == file.piece);
        let known_as = found.and_then(|(_, posted)| posted.file.clone());
        FilePiece { piece: file.piece, known_as }
    };
    let pieces = files.pieces.iter().map(named).collect();
    Body { files: Some(Files { pieces, ..files.clone() }), ..body.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::clock::Timestamp;
    use crate::reports::drawing::Theme;

    fn files(names: [Option<&str>; 2]) -> Files {
        let pieces = [Piece::Chart, Piece::Luck].into_iter().zip(names);
        let pieces = pieces
            .map(|(piece, name)| FilePiece { piece, known_as: name.map(str::to_owned) })
            .collect();
        Files { made_at: Timestamp(0), theme: Theme::Light, pieces }
    }

    #[test]
    fn an_album_is_known_when_all_of_it_is() {
        assert!(known(&files([Some("a"), None])).is_none());
        let drawn = known(&files([Some("a"), Some("b")])).unwrap();
        assert_eq!(drawn.items[1].source, Source::Known("b".to_owned()));
    }

    #[test]
    fn what_was_sent_is_remembered_and_what_failed_stays_to_be_drawn() {
        let body = Body { html: "x".into(), plain: "x".into(), files: None };
        let sent = vec![FilePiece { piece: Piece::Luck, known_as: None }];
        let posted = vec![Posted { message: MessageId(7), file: Some("l".to_owned()) }];
        let kept = remembering(&body, &files([None, None]), (sent, posted));
        assert_eq!(kept.files, Some(files([None, Some("l")])));
        assert_eq!(kept.html, "x");
    }
}
