//! The planted bugs of tests/planted still fit into the tree: whoever moves their lines moves them too.

use std::fs;
use std::path::Path;

/// The lines that a patch expects in each of its files, hunk by hunk.
fn expected(patch: &str) -> Vec<(String, String)> {
    let (mut file, mut hunks) = (String::new(), Vec::<(String, String)>::new());
    for line in patch.lines() {
        if let Some(name) = line.strip_prefix("--- a/") {
            name.clone_into(&mut file);
        } else if line.starts_with("@@ ") {
            hunks.push((file.clone(), String::new()));
        } else if let (Some((_, hunk)), Some(kept)) = (hunks.last_mut(), kept(line)) {
            hunk.push_str(kept);
            hunk.push('\n');
        }
    }
    hunks
}

/// A line as it stands in the file before the patch.
fn kept(line: &str) -> Option<&str> {
    line.strip_prefix(' ').or_else(|| line.strip_prefix('-').filter(|_| !line.starts_with("--- ")))
}

#[test]
fn every_planted_bug_fits_into_the_tree() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for entry in fs::read_dir(root.join("tests/planted")).unwrap() {
        let path = entry.unwrap().path();
        for (file, hunk) in expected(&fs::read_to_string(&path).unwrap()) {
            let text = fs::read_to_string(root.join(&file)).unwrap();
            assert!(text.contains(&hunk), "{} does not fit into {file}:\n{hunk}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 10, "only {seen} hunks were read");
}
