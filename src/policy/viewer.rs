use entity::ProfileId;

/// Who is asking: nobody in particular, or the person of a checked access token.
///
/// Everything that can be seen is seen by a viewer; there is no "system" viewer that sees more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Viewer(Option<ProfileId>);

impl Viewer {
    /// Nobody in particular.
    pub const SIGNED_OUT: Self = Self(None);

    /// The person with this profile. Only credentials that were checked may end here.
    #[must_use]
    pub const fn person(id: ProfileId) -> Self {
        Self(Some(id))
    }

    /// The viewer's profile, unless signed out.
    #[must_use]
    pub const fn id(self) -> Option<ProfileId> {
        self.0
    }

    /// Whether this profile is the viewer's own.
    #[must_use]
    pub fn is(self, profile: ProfileId) -> bool {
        self.0 == Some(profile)
    }
}
