//! The words that are stored of beacons.

/// A word of a fixed list, and how it is stored.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, unknown: $unknown:ident, { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant),+
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As it is stored.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            /// As it was stored; what a word means that is none of ours is part of the rule.
            #[must_use]
            pub fn of(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)+
                    _ => Self::$unknown,
                }
            }
        }
    };
}

words!(
    /// What a beacon is about.
    BeaconType,
    unknown: Community,
    {
        /// A matter of safety.
        Safety = "safety",
        /// Something dangerous.
        Hazard = "hazard",
        /// A fire.
        Fire = "fire",
        /// Something suspicious.
        Suspicious = "suspicious",
        /// A checkpoint.
        Checkpoint = "checkpoint",
        /// Officials on the spot.
        OfficialPresence = "official_presence",
        /// Traffic.
        Traffic = "traffic",
        /// Noise.
        Noise = "noise",
        /// Stolen packages.
        PackageTheft = "package_theft",
        /// A lost or found animal.
        LostPet = "lost_pet",
        /// Anything else for the neighbours.
        Community = "community",
        /// Something that takes place.
        Event = "event",
        /// Something that is to be had.
        Resource = "resource",
        /// A question to whoever is near.
        Question = "question",
    }
);

words!(
    /// How bad it is.
    Severity,
    unknown: Medium,
    {
        /// Good to know.
        Low = "low",
        /// Worth a look.
        Medium = "medium",
        /// Keep away, or help.
        High = "high",
        /// Lives are in danger.
        Critical = "critical",
    }
);

words!(
    /// Whether it still holds.
    State,
    unknown: Active,
    {
        /// It does.
        Active = "active",
        /// It is over.
        Resolved = "resolved",
        /// It never was so.
        FalseAlarm = "false_alarm",
    }
);

words!(
    /// What somebody says of it.
    Vote,
    unknown: Vouch,
    {
        /// It holds.
        Vouch = "vouch",
        /// It does not.
        Report = "report",
    }
);

words!(
    /// How exact the stored place is.
    Precision,
    unknown: Exact,
    {
        /// The point itself.
        Exact = "exact",
        /// The centre of a cell of about 150 m.
        Block = "block",
        /// The centre of a cell of about 1 km.
        Neighborhood = "neighborhood",
    }
);
