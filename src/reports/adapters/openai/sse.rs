//! The part of server-sent events that model servers use: bytes in, the data of events out.
//!
//! Own code, because the length of a line has to be bounded and a last event without its empty
//! line must not be lost.

/// A line that is longer is an attack or a defect.
pub(super) const MAX_LINE: usize = 8 * 1024 * 1024;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Broken {
    LineTooLong,
    NotUtf8,
}

#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// The line that has not ended yet.
    line: Vec<u8>,
    /// The data lines of the event that has not ended yet.
    data: String,
    has_data: bool,
}

impl Decoder {
    /// The data of the events that end in `bytes`.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<Vec<String>, Broken> {
        let mut events = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.line.len().saturating_add(piece.len()) > MAX_LINE {
                return Err(Broken::LineTooLong);
            }
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                events.extend(self.end_line()?);
            }
        }
        Ok(events)
    }

    /// The data of an event that the server did not close before it hung up.
    pub(super) fn finish(mut self) -> Result<Option<String>, Broken> {
        self.end_line()?;
        Ok(self.end_event())
    }

    fn end_line(&mut self) -> Result<Option<String>, Broken> {
        let line =
            String::from_utf8(std::mem::take(&mut self.line)).map_err(|_e| Broken::NotUtf8)?;
        let line = line.trim_start_matches('\u{feff}').trim_end_matches(['\n', '\r']);
        if line.is_empty() {
            return Ok(self.end_event());
        }
        if let Some(data) = line.strip_prefix("data:") {
            if self.has_data {
                self.data.push('\n');
            }
            self.data.push_str(data.strip_prefix(' ').unwrap_or(data));
            self.has_data = true;
        }
        Ok(None)
    }

    fn end_event(&mut self) -> Option<String> {
        std::mem::take(&mut self.has_data).then(|| std::mem::take(&mut self.data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode(pieces: &[&[u8]]) -> Vec<String> {
        let mut decoder = Decoder::default();
        let mut events: Vec<String> =
            pieces.iter().flat_map(|piece| decoder.feed(piece).unwrap()).collect();
        events.extend(decoder.finish().unwrap());
        events
    }

    #[test]
    fn comments_and_other_fields_carry_no_event() {
        let stream =
            b": keep-alive\n\n\nevent: x\nid: 1\ndata: a\n\n: keep-alive\n\ndata:b\r\n\r\n";
        assert_eq!(decode(&[stream]), ["a", "b"]);
    }

    #[test]
    fn an_event_may_have_several_lines_and_no_end() {
        assert_eq!(decode(&[b"data: {\ndata: }\n\ndata: last"]), ["{\n}", "last"]);
    }

    #[test]
    fn a_line_without_end_is_given_up() {
        let mut decoder = Decoder::default();
        let mebibyte = vec![b'x'; 1024 * 1024];
        let fed: Result<Vec<_>, _> = (0..9).map(|_| decoder.feed(&mebibyte)).collect();
        assert_eq!(fed, Err(Broken::LineTooLong));
    }

    #[test]
    fn bytes_that_are_no_text_are_given_up() {
        assert_eq!(Decoder::default().feed(b"data: \xff\n"), Err(Broken::NotUtf8));
    }

    proptest! {
        #[test]
        fn it_does_not_matter_where_the_network_cuts(words in proptest::collection::vec("[ -~命书]{0,9}", 1..6), cuts in proptest::collection::vec(0_usize..200, 0..9)) {
            let stream = words.iter().fold(String::new(), |stream, word| stream + ": c\r\ndata: " + word + "\r\n\r\n");
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (stream.len() + 1)).collect();
            cuts.extend([0, stream.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &stream.as_bytes()[pair[0]..pair[1]]).collect();
            prop_assert_eq!(decode(&pieces), words);
        }
    }
}
