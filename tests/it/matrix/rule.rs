//! Who may see what, once more: written down from the product's rule, in plain Rust, and without a look at
//! `policy::visibility`. If the two come to differ, one of them is wrong.

/// What the viewer is to the author.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    SignedOut,
    Stranger,
    /// Has asked to follow.
    Pending,
    /// The follow has a status that is none of ours, as adopted rows can.
    OddFollow,
    /// Follows, accepted.
    Accepted,
    /// Follows, accepted, and is in the author's circle.
    Circle,
    /// Is in the author's circle and does not follow.
    CircleOnly,
    /// Is blocked by the author; apart from that as [`Relation::Circle`].
    Blocked,
    /// Has blocked the author; apart from that as [`Relation::Circle`].
    Blocking,
    /// Is the author.
    Myself,
}

impl Relation {
    /// Those of persons who have the same relation to every author.
    pub const OTHERS: [Self; 8] = [
        Self::Stranger,
        Self::Pending,
        Self::OddFollow,
        Self::Accepted,
        Self::Circle,
        Self::CircleOnly,
        Self::Blocked,
        Self::Blocking,
    ];

    /// The status of the viewer's follow of the author.
    pub fn follow(self) -> Option<&'static str> {
        match self {
            Self::Pending => Some("pending"),
            Self::OddFollow => Some("Accepted "),
            Self::Accepted | Self::Circle | Self::Blocked | Self::Blocking => Some("accepted"),
            _ => None,
        }
    }

    pub fn follows(self) -> bool {
        self.follow() == Some("accepted")
    }

    pub fn is_in_circle(self) -> bool {
        matches!(self, Self::Circle | Self::CircleOnly | Self::Blocked | Self::Blocking)
    }
}

/// How the author's profile and account stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Author {
    Public,
    Private,
    /// `is_private` is NULL.
    Unclear,
    Suspended,
    Banned,
    Deactivated,
    PendingDeletion,
    /// An adopted row without a handle.
    NoHandle,
}

impl Author {
    pub const ALL: [Self; 8] = [
        Self::Public,
        Self::Private,
        Self::Unclear,
        Self::Suspended,
        Self::Banned,
        Self::Deactivated,
        Self::PendingDeletion,
        Self::NoHandle,
    ];

    pub fn state(self) -> &'static str {
        match self {
            Self::Suspended => "suspended",
            Self::Banned => "banned",
            Self::Deactivated => "deactivated",
            Self::PendingDeletion => "pending_deletion",
            _ => "active",
        }
    }

    /// `profiles.is_private`.
    pub fn is_private(self) -> Option<bool> {
        match self {
            Self::Private => Some(true),
            Self::Unclear => None,
            _ => Some(false),
        }
    }
}

/// How a post or beacon stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    Public,
    Followers,
    Circle,
    OnlyMe,
    /// `visibility` is NULL.
    NoWord,
    /// `visibility` is a word that is none of ours.
    OddWord,
    /// Public, from here on: expires in an hour.
    Later,
    /// Expires at this very moment.
    Expired,
    Deleted,
    /// `status` is `removed`.
    Removed,
    /// `status` is NULL.
    NoStatus,
    /// A beacon with five reports and four vouches.
    ReportedAway,
    /// A beacon with five reports and five vouches.
    Disputed,
    /// A beacon with four reports and no vouch.
    Doubted,
}

impl Content {
    pub const ALL: [Self; 14] = [
        Self::Public,
        Self::Followers,
        Self::Circle,
        Self::OnlyMe,
        Self::NoWord,
        Self::OddWord,
        Self::Later,
        Self::Expired,
        Self::Deleted,
        Self::Removed,
        Self::NoStatus,
        Self::ReportedAway,
        Self::Disputed,
        Self::Doubted,
    ];

    /// `posts.visibility`.
    pub fn visibility(self) -> Option<&'static str> {
        match self {
            Self::Followers => Some("followers"),
            Self::Circle => Some("circle"),
            Self::OnlyMe => Some("only_me"),
            Self::NoWord => None,
            Self::OddWord => Some("Public"),
            _ => Some("public"),
        }
    }

    /// Whether only beacons can be so: posts have no reports.
    pub fn is_of_beacons(self) -> bool {
        matches!(self, Self::ReportedAway | Self::Disputed | Self::Doubted)
    }

    /// Whether it is there at all: rule 1, and for beacons what reports do.
    pub fn is_there(self) -> bool {
        !matches!(self, Self::Expired | Self::Deleted | Self::Removed | Self::NoStatus | Self::ReportedAway)
    }
}

/// Whether the author's profile exists for the viewer.
pub fn exists(viewer: Relation, author: Author) -> bool {
    let is_active = matches!(author, Author::Public | Author::Private | Author::Unclear);
    is_active && !matches!(viewer, Relation::Blocked | Relation::Blocking)
}

/// Whether the viewer may see the rest of the author's profile: details, counts, lists.
pub fn may_view(viewer: Relation, author: Author) -> bool {
    let is_public = author.is_private() == Some(false);
    exists(viewer, author) && (viewer == Relation::Myself || is_public || viewer.follows())
}

/// Whether the post exists for the viewer.
pub fn visible(viewer: Relation, author: Author, content: Content) -> bool {
    if !content.is_there() || !exists(viewer, author) {
        return false;
    }
    if viewer == Relation::Myself {
        return true;
    }
    let is_included = match content.visibility() {
        Some("public") => true,
        Some("followers") => viewer.follows(),
        Some("circle") => viewer.is_in_circle(),
        _ => false,
    };
    may_view(viewer, author) && is_included
}
