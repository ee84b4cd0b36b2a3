//! Whether something is to be on or off afterwards. A wish of this kind may be repeated: done twice
//! it is done once.

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Switch {
    On,
    Off,
}

impl Switch {
    /// What would change a thing that is `on` now.
    pub fn other_than(on: bool) -> Self {
        if on { Self::Off } else { Self::On }
    }

    pub fn is_on(self) -> bool {
        self == Self::On
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }
}
