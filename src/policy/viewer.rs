use entity::ProfileId;

/// Who is asking: nobody in particular, or the person of a checked access token.
///
/// Everything that can be seen is seen by a viewer; there is no "system" viewer that sees more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Viewer(Who);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Who {
    Nobody,
    Person(ProfileId),
    EachSubscriber,
}

impl Viewer {
    /// Nobody in particular.
    pub const SIGNED_OUT: Self = Self(Who::Nobody);

    /// Many at once, each for itself: whoever the column `subscriber.viewer_id` of the statement names, and nobody in
    /// particular where that is NULL. For deliveries, where one statement asks for all who wait for an event.
    pub const EACH_SUBSCRIBER: Self = Self(Who::EachSubscriber);

    /// The person with this profile. Only credentials that were checked may end here.
    #[must_use]
    pub const fn person(id: ProfileId) -> Self {
        Self(Who::Person(id))
    }

    /// The viewer's profile, unless signed out (or many).
    #[must_use]
    pub const fn id(self) -> Option<ProfileId> {
        match self.0 {
            Who::Person(id) => Some(id),
            Who::Nobody | Who::EachSubscriber => None,
        }
    }

    /// Whether this profile is the viewer's own.
    #[must_use]
    pub fn is(self, profile: ProfileId) -> bool {
        self.id() == Some(profile)
    }

    /// How a statement names the viewer; not at all, when nobody in particular asks.
    #[must_use]
    pub const fn name(self) -> Option<Name> {
        match self.0 {
            Who::Nobody => None,
            Who::Person(id) => Some(Name::Id(id)),
            Who::EachSubscriber => Some(Name::Column),
        }
    }
}

/// How a statement names a viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// By this id, as a parameter.
    Id(ProfileId),
    /// By the column `subscriber.viewer_id`.
    Column,
}
