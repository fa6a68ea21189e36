//! The standard input, line by line and bounded. One buffer serves both what is read before the
//! room (a password, a link) and what is read in it.

use std::io::{self, BufRead, ErrorKind};
use tokio::sync::mpsc;

/// The longest line taken; what is longer is skipped to its end.
pub const MAX_LINE: usize = 1 << 20;

/// Lines read ahead of the room. When they are that many, the writer's pipe fills up.
const AHEAD: usize = 8;

/// What came in.
#[derive(Debug, PartialEq, Eq)]
pub enum Input {
    /// A line without its line feed.
    Line(Vec<u8>),
    /// A line over [`MAX_LINE`], which was skipped.
    TooLong,
    /// Nothing more will come.
    End,
}

/// Lines of the standard input, read by a thread of their own because such a read cannot be
/// called off.
pub struct Lines {
    queue: mpsc::Receiver<Input>,
}

impl Lines {
    /// Begins to read.
    pub fn start() -> Self {
        let (lines, queue) = mpsc::channel(AHEAD);
        std::thread::spawn(move || {
            loop {
                // The lock is not kept, so that nobody else who reads is locked out for good.
                let input = read_line(&mut io::stdin().lock()).unwrap_or(Input::End);
                let over = input == Input::End;
                if lines.blocking_send(input).is_err() || over {
                    return;
                }
            }
        });
        Self { queue }
    }

    /// The next line. After [`Input::End`] it never resolves, so that it can stand in a `select!`.
    pub async fn next(&mut self) -> Input {
        match self.queue.recv().await {
            Some(input) => input,
            None => std::future::pending().await,
        }
    }
}

/// One line of the standard input as text, for what is asked before the room.
///
/// # Errors
/// [`ErrorKind::UnexpectedEof`] when nothing comes, [`ErrorKind::InvalidData`] when what comes is
/// over-long or not UTF-8.
pub fn ask_line() -> io::Result<String> {
    match read_line(&mut io::stdin().lock())? {
        Input::Line(bytes) => String::from_utf8(bytes).map_err(|_| io::Error::from(ErrorKind::InvalidData)),
        Input::TooLong => Err(ErrorKind::InvalidData.into()),
        Input::End => Err(ErrorKind::UnexpectedEof.into()),
    }
}

/// One line of `reader`; never holds more than [`MAX_LINE`] of it.
pub fn read_line(reader: &mut impl BufRead) -> io::Result<Input> {
    let mut line = Vec::new();
    let mut too_long = false;
    let mut read_any = false;
    loop {
        let chunk = match reader.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if chunk.is_empty() {
            break;
        }
        read_any = true;
        let end = chunk.iter().position(|b| *b == b'\n');
        let part = &chunk[..end.unwrap_or(chunk.len())];
        if line.len() + part.len() > MAX_LINE {
            too_long = true;
            line = Vec::new();
        } else if !too_long {
            line.extend_from_slice(part);
        }
        let used = part.len() + usize::from(end.is_some());
        reader.consume(used);
        if end.is_some() {
            break;
        }
    }
    Ok(match (read_any, too_long) {
        (false, _) => Input::End,
        (_, true) => Input::TooLong,
        (true, false) => {
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            Input::Line(line)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> Vec<Input> {
        let mut reader = io::BufReader::with_capacity(7, text);
        let mut inputs = Vec::new();
        loop {
            inputs.push(read_line(&mut reader).unwrap());
            if inputs.last() == Some(&Input::End) {
                return inputs;
            }
        }
    }

    fn line(text: &str) -> Input {
        Input::Line(text.into())
    }

    #[test]
    fn lines_come_whole_with_or_without_a_last_line_feed() {
        assert_eq!(all(b""), [Input::End]);
        assert_eq!(
            all(b"one\r\n\na longer second"),
            [line("one"), line(""), line("a longer second"), Input::End]
        );
    }

    #[test]
    fn a_line_at_the_limit_passes_and_one_over_it_is_skipped() {
        let mut text = vec![b'x'; MAX_LINE];
        text.extend(b"\n");
        text.extend(vec![b'y'; MAX_LINE + 1]);
        text.extend(b"\nnext");
        assert_eq!(
            all(&text),
            [
                Input::Line(vec![b'x'; MAX_LINE]),
                Input::TooLong,
                line("next"),
                Input::End
            ]
        );
    }
}
