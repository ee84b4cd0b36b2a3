//! The book of a report in the readers that people have: poppler and `MuPDF` open it and find its
//! words, Chromium shows it. `MINGSHU_TEST_REQUIRE=poppler,mupdf,qpdf,chromium` makes a missing one a
//! failure.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::browser::Browser;
use crate::viewer;

/// Books by language: one person, and two.
fn books() -> (tempfile::TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_mingshu"))
        .args(["render", "check", "--out"])
        .arg(folder.path())
        // What tests are told by variables is no setting of a shop.
        .env_clear()
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let name = |language: &str, who: &str| format!("report.{language}.{who}.pdf");
    let books = ["zh-Hans", "zh-Hant", "en"]
        .into_iter()
        .flat_map(|language| ["placed", "pair"].map(|who| folder.path().join(name(language, who))));
    let books = books.collect();
    (folder, books)
}

/// What a reader says; `None` where it is not installed and nobody requires it.
fn ask(reader: &str, program: &str, line: &[&str], book: &Path) -> Option<Output> {
    let required = std::env::var("MINGSHU_TEST_REQUIRE").unwrap_or_default();
    let mut command = Command::new(program);
    for word in line {
        command.arg(if *word == "BOOK" { book.as_os_str() } else { word.as_ref() });
    }
    match command.output() {
        Ok(output) => Some(output),
        Err(missing) => {
            assert!(!required.split(',').any(|word| word == reader), "{program}: {missing}");
            eprintln!("{program} is not installed: what it reads is not looked at");
            None
        }
    }
}

fn told(output: &Output) -> String {
    let (out, wrong) = (&output.stdout, &output.stderr);
    format!("{}{}", String::from_utf8_lossy(out), String::from_utf8_lossy(wrong))
}

/// Without the breaks that a page sets.
fn flowing(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

/// Words of the sample text that a reader has to find, by the language in the book's name.
fn words(book: &Path) -> [&'static str; 2] {
    let name = book.file_name().unwrap().to_string_lossy().into_owned();
    if name.contains("zh-Hant") {
        ["四柱與大運", "M20261121-7F3K9QX2"]
    } else if name.contains("zh-Hans") {
        ["四柱与大运", "M20261121-7F3K9QX2"]
    } else {
        ["FullBaZiReading", "M20261121-7F3K9QX2"]
    }
}

#[test]
fn every_reader_opens_the_books_and_finds_their_words() {
    let (_folder, books) = books();
    for book in &books {
        let about = book.display();
        if let Some(output) = ask("poppler", "pdfinfo", &["BOOK"], book) {
            let said = told(&output);
            assert!(output.status.success() && said.contains("Tagged:          yes"), "{said}");
        }
        let readers: [(&str, &str, &[&str]); 2] = [
            ("poppler", "pdftotext", &["-q", "BOOK", "-"]),
            ("mupdf", "mutool", &["draw", "-q", "-F", "text", "BOOK"]),
        ];
        for (reader, program, line) in readers {
            let Some(output) = ask(reader, program, line, book) else { continue };
            assert!(output.status.success(), "{about}: {program}: {}", told(&output));
            let text = flowing(&String::from_utf8_lossy(&output.stdout));
            for word in words(book) {
                assert!(text.contains(word), "{about}: {program} does not find {word}");
            }
            assert!(!text.contains('\u{fffd}'), "{about}: {program} reads a sign that is none");
        }
        if let Some(output) = ask("poppler", "pdffonts", &["BOOK"], book) {
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            let fonts: Vec<&str> = said.lines().skip(2).collect();
            // name, type, encoding, emb, sub, uni, object
            let embedded = |line: &&str| line.contains(" yes yes yes ");
            assert!(!fonts.is_empty() && fonts.iter().all(embedded), "{about}: {said}");
        }
        if let Some(output) = ask("qpdf", "qpdf", &["--check", "BOOK"], book) {
            let said = told(&output);
            assert!(output.status.success(), "{about}: {said}");
            assert!(said.contains("No syntax or stream encoding errors found"), "{about}: {said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_shows_the_book() {
    let Some(browser) = Browser::find() else { return };
    let (_folder, books) = books();
    viewer::shows_paper(&browser, &format!("file://{}", books[0].display())).await;
}
