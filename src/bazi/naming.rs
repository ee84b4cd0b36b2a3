//! The one way in which the closed sets of this art (stems, branches, gods, …) get their names.

/// An enum whose members carry a Chinese word: the word is shown, serialised and read back.
///
/// The order of the members is the traditional one; `at` counts in circles, also backwards.
macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($member:ident = $zh:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        pub enum $name {
            $(#[doc = $zh] #[serde(rename = $zh)] $member),+
        }

        impl $name {
            pub const ALL: [Self; [$($zh),+].len()] = [$(Self::$member),+];

            pub fn zh(self) -> &'static str {
                match self { $(Self::$member => $zh),+ }
            }

            /// Reads the word back; `None` for any other word.
            pub fn from_zh(word: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|member| member.zh() == word)
            }

            /// The place in the circle, counted from 0.
            pub fn index(self) -> i64 {
                self as i64
            }

            /// The member at a place of the endless circle.
            pub fn at(index: i64) -> Self {
                let circle = i64::try_from(Self::ALL.len()).unwrap_or(1);
                let place = usize::try_from(index.rem_euclid(circle)).unwrap_or(0);
                Self::ALL.get(place).copied().unwrap_or(Self::ALL[0])
            }

            /// The member `steps` further in the circle.
            #[must_use]
            pub fn step(self, steps: i64) -> Self {
                Self::at(self.index() + steps)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.zh())
            }
        }
    };
}

pub(crate) use named;
