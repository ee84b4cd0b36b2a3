//! Sentences that stand twice, paragraphs that say the same in nearly the same words, phrases that
//! run in circles.

use std::collections::{BTreeSet, HashSet};

use super::finding::{Code, Finding};
use super::plain::{self, Kind, Sentence};

/// Characters from which a repeated sentence is no coincidence, in Chinese and in English.
const SENTENCE: usize = 14;
const SENTENCE_LATIN: usize = 45;
/// Characters of the pieces in which paragraphs are compared.
const SHINGLE: usize = 5;
const SHINGLE_LATIN: usize = 16;
/// Paragraphs shorter than this are not compared.
const PARAGRAPH: usize = 50;

pub(super) fn check(text: &str, sentences: &[Sentence]) -> Vec<Finding> {
    let finding = |excerpt: String| Finding::new(Code::Repetition, excerpt, String::new());
    let found = repeated_sentence(sentences)
        .or_else(|| similar_paragraphs(text))
        .or_else(|| circling(sentences));
    found.map(finding).into_iter().collect()
}

fn letters(text: &str) -> Vec<char> {
    text.chars().filter(|one| one.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn is_latin(letters: &[char]) -> bool {
    letters.iter().filter(|one| one.is_ascii()).count() * 2 > letters.len()
}

fn shown(text: &str) -> String {
    text.trim().chars().take(30).collect()
}

fn repeated_sentence(sentences: &[Sentence]) -> Option<String> {
    let mut seen: HashSet<Vec<char>> = HashSet::new();
    for sentence in sentences {
        let letters = letters(&sentence.read);
        let least = if is_latin(&letters) { SENTENCE_LATIN } else { SENTENCE };
        if letters.len() >= least && !seen.insert(letters) {
            return Some(shown(&sentence.written));
        }
    }
    None
}

/// Two paragraphs that share most of their pieces.
fn similar_paragraphs(text: &str) -> Option<String> {
    let lines = plain::lines(text);
    let paragraphs: Vec<(&str, BTreeSet<Vec<char>>)> = lines
        .iter()
        .filter(|line| line.kind != Kind::Heading)
        .map(|line| (line.text.as_str(), letters(&line.text)))
        .filter(|(_, letters)| letters.len() >= PARAGRAPH)
        .map(|(text, letters)| {
            let size = if is_latin(&letters) { SHINGLE_LATIN } else { SHINGLE };
            (text, letters.windows(size).map(<[char]>::to_vec).collect())
        })
        .collect();
    for (place, (text, pieces)) in paragraphs.iter().enumerate() {
        for (_, others) in paragraphs.iter().take(place) {
            let common = pieces.intersection(others).count();
            if common * 5 >= pieces.len().min(others.len()) * 3 {
                return Some(shown(text));
            }
        }
    }
    None
}

/// The same few words three times in a row.
fn circling(sentences: &[Sentence]) -> Option<String> {
    sentences.iter().find_map(|sentence| {
        let letters = letters(&sentence.read);
        let least = if is_latin(&letters) { 8 } else { 4 };
        let circles = (least..=40).any(|size| {
            letters.windows(size * 3).any(|window| {
                let (one, rest) = window.split_at(size);
                let (two, three) = rest.split_at(size);
                one == two && two == three
            })
        });
        circles.then(|| shown(&sentence.written))
    })
}
