//! The played Bot API as a foreign client sees it.
