//! Where the values of settings come from: the only reader of the environment and of `.env`.

use std::{collections::HashMap, fmt, str::FromStr, time::Duration};

use super::{
    ConfigError,
    settings::{SETTINGS, Setting},
};

/// The raw settings and where each came from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    pub(super) environment: HashMap<String, String>,
    dotenv: HashMap<String, String>,
}

impl Sources {
    /// The process's environment, and `.env` in the folder that it runs in.
    ///
    /// # Errors
    ///
    /// When there is a `.env` that cannot be read.
    pub fn read() -> Result<Self, ConfigError> {
        let unreadable = |error: &dyn fmt::Display| ConfigError {
            name: ".env",
            problem: format!("cannot be read: {}", error.to_string().lines().next().unwrap_or_default()),
        };
        let dotenv = match dotenvy::from_filename_iter(".env") {
            Ok(lines) => lines.collect::<Result<_, _>>().map_err(|error| match error {
                // The error of a line would quote it, and with it a secret.
                dotenvy::Error::LineParse(..) => unreadable(&"a line is not NAME=value"),
                error => unreadable(&error),
            })?,
            Err(error) if error.not_found() => HashMap::new(),
            Err(error) => return Err(unreadable(&error)),
        };
        #[allow(clippy::disallowed_methods, reason = "this is the one reader of the environment")]
        let environment = std::env::vars_os().filter_map(as_text).collect();
        Ok(Self { environment, dotenv })
    }

    /// Settings by hand, as in tests.
    #[must_use]
    pub fn of<const N: usize>(settings: [(&str, &str); N]) -> Self {
        let environment = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
        Self { environment, dotenv: HashMap::new() }
    }

    /// The value of a setting, and where it came from.
    fn find(&self, setting: &Setting) -> Option<(&str, &'static str)> {
        let given =
            |from: &'static str, values: &'_ HashMap<String, String>| values.contains_key(setting.name).then_some(from);
        match given("environment", &self.environment).or_else(|| given(".env", &self.dotenv)) {
            Some("environment") => Some((&self.environment[setting.name], "environment")),
            Some(from) => Some((&self.dotenv[setting.name], from)),
            None => setting.default.map(|value| (value, "default")),
        }
    }

    pub(super) fn value(&self, name: &'static str) -> Result<&str, ConfigError> {
        let setting = SETTINGS.iter().find(|setting| setting.name == name);
        let found = setting.and_then(|setting| self.find(setting)).map(|(value, _)| value);
        found
            .filter(|value| !value.is_empty() || setting.is_some_and(|setting| setting.default == Some("")))
            .ok_or_else(|| ConfigError {
                name,
                problem: format!("is not set. It is {}", setting.map_or("unknown", |setting| setting.meaning)),
            })
    }

    pub(super) fn number<T: FromStr + PartialOrd + fmt::Display + Copy>(
        &self,
        name: &'static str,
        least: T,
        most: T,
    ) -> Result<T, ConfigError> {
        let value = self.value(name)?;
        value.trim().parse().ok().filter(|number| (&least..=&most).contains(&number)).ok_or_else(|| ConfigError {
            name,
            problem: format!("must be a whole number from {least} to {most}, not \"{value}\""),
        })
    }

    pub(super) fn switch(&self, name: &'static str, on: &str, off: &str) -> Result<bool, ConfigError> {
        match self.value(name)? {
            value if value == on => Ok(true),
            value if value == off => Ok(false),
            value => Err(ConfigError { name, problem: format!("must be {on} or {off}, not \"{value}\"") }),
        }
    }

    pub(super) fn milliseconds(&self, name: &'static str) -> Result<Duration, ConfigError> {
        Ok(Duration::from_millis(self.number(name, 1, 3_600_000)?))
    }
}

/// Every setting with its value, where that came from, its default and its meaning. Secrets are hidden.
impl fmt::Display for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for setting in SETTINGS {
            let (value, from) = self.find(setting).unwrap_or(("", "not set"));
            let value = if setting.is_secret && !value.is_empty() { "(hidden)" } else { value };
            let default = setting.default.map_or("no default".to_owned(), |default| format!("default \"{default}\""));
            writeln!(f, "{}={value}", setting.name)?;
            writeln!(f, "    {} ({default}; from: {from})", setting.meaning)?;
        }
        Ok(())
    }
}

fn as_text((name, value): (std::ffi::OsString, std::ffi::OsString)) -> Option<(String, String)> {
    Some((name.into_string().ok()?, value.into_string().ok()?))
}
