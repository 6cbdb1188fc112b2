//! Numbered pages, for doors whose clients count: how many there are, and some of them.

/// Which rows of a list are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Rows before the first wanted one.
    pub skip: u32,
    /// How many are wanted at most.
    pub take: u32,
}

/// Some rows of a list, and how many it has.
#[derive(Clone, Debug, PartialEq)]
pub struct Counted<T> {
    /// Rows of the whole list.
    pub count: u32,
    /// Those that were wanted.
    pub rows: Vec<T>,
}

impl<T> Counted<T> {
    /// The wanted rows of a list that is at hand as a whole.
    pub fn of(all: Vec<T>, slice: Slice) -> Self {
        let count = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let rows = all.into_iter().skip(slice.skip as usize).take(slice.take as usize).collect();
        Self { count, rows }
    }

    /// The same rows in another form.
    pub fn map<U>(self, form: impl FnMut(T) -> U) -> Counted<U> {
        Counted { count: self.count, rows: self.rows.into_iter().map(form).collect() }
    }
}
