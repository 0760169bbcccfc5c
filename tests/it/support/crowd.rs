use uuid::Uuid;

use super::{Person, TestApp};

/// The id of the `n`-th of a numbered kind of rows; `kind` is its first byte. In SQL: [`numbered_sql`].
pub fn numbered(kind: u8, n: u32) -> Uuid {
    Uuid::from_u128((u128::from(kind) << 120) | 0x4000_8000_0000_0000_0000 | u128::from(n))
}

/// [`numbered`] as an SQL expression of the number `n`.
pub fn numbered_sql(kind: u8, n: &str) -> String {
    format!("('{kind:02x}000000-0000-4000-8000-' || lpad(to_hex({n}), 12, '0'))::uuid")
}

/// The kind of the people of a crowd.
pub const PERSON: u8 = 0x0a;

impl TestApp {
    /// Public profiles `crowd_0`, `crowd_1`, ..., in one statement. The id of the `n`-th is `numbered(PERSON, n)`.
    pub async fn crowd(&self, size: u32) -> Vec<Person> {
        let id = numbered_sql(PERSON, "n");
        self.database
            .run(&format!(
                "INSERT INTO profiles (id, handle, is_private, created_at)
                 SELECT {id}, 'crowd_' || n, false, '2026-01-01' FROM generate_series(0, {size} - 1) AS n"
            ))
            .await;
        let person = |n| {
            let id = numbered(PERSON, n);
            Person { id, handle: format!("crowd_{n}"), token: self.token(id) }
        };
        (0..size).map(person).collect()
    }
}
