//! Text with a limit, which it never crosses.

/// What is kept free for telling what was left out.
const KEPT: usize = 200;

pub(super) struct Page {
    text: String,
    length: usize,
    limit: usize,
}

impl Page {
    /// An empty page, for so many characters.
    pub(super) const fn new(limit: usize) -> Self {
        Self {
            text: String::new(),
            length: 0,
            limit,
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Makes room for more.
    pub(super) fn widen(&mut self, limit: usize) {
        self.limit = self.limit.max(limit);
    }

    /// Adds the piece where there is room for all of it, and tells whether there was.
    pub(super) fn add(&mut self, piece: &str) -> bool {
        let length = piece.chars().count();
        let fits = self.length + length <= self.limit;
        if fits {
            self.text.push_str(piece);
            self.length += length;
        }
        fits
    }

    /// Lets something be added with some room kept free behind it.
    pub(super) fn reserve<T>(&mut self, add: impl FnOnce(&mut Self) -> T) -> T {
        let limit = self.limit;
        self.limit = limit.saturating_sub(KEPT);
        let result = add(self);
        self.limit = limit;
        result
    }

    /// Adds a table with what stands before and behind it. Tells whether it was begun at all, and
    /// how many rows found no room; where it was begun, it says so itself.
    pub(super) fn table(
        &mut self,
        before: &str,
        header: [&str; 4],
        rows: impl Iterator<Item = [String; 4]>,
        behind: &str,
    ) -> (bool, usize) {
        let head = format!("{before}| {} |\n|---|---|---|---|\n", header.join(" | "));
        let mut left = 0;
        let begun = self.reserve(|page| {
            let begun = page.add(&head);
            for row in rows {
                let fits = begun && left == 0 && page.add(&format!("| {} |\n", row.join(" | ")));
                left += usize::from(!fits);
            }
            begun
        });
        if begun {
            if left > 0 && !before.is_empty() {
                self.add(&format!("\n{left} more rows are left out here.\n"));
            }
            self.add(behind);
        }
        (begun, left)
    }
}
