//! Operations at random, valid by the schema.

use super::{
    harvest::Harvest,
    operation::{Condition, Fragment, Literal, Operation, Selected, Selection, Variable},
    values::Values,
};
use crate::support::{Dice, Field, Input, Ref, Schema, Type};

/// What takes half a second because it is refused, or a core because it hashes. Each once in a while.
const SLOW: [&str; 4] = ["signUp", "signIn", "changePassword", "deleteAccount"];

pub struct Generator<'a> {
    schema: &'a Schema,
    values: Values<'a>,
    dice: &'a mut Dice,
    variables: Vec<Variable>,
    fragments: Vec<Fragment>,
    aliases: usize,
}

/// Where in the tree something is selected.
#[derive(Clone, Copy)]
struct Place {
    /// Objects that may still stand below.
    depth: usize,
    /// Lists of pages above.
    pages: usize,
    /// Whether names are shared with other types, whose fields may be of another type.
    is_shared: bool,
}

/// An operation, made of what the schema has and what answers have told.
pub fn operation(schema: &Schema, harvest: &Harvest, dice: &mut Dice) -> Operation {
    let is_mutation = dice.one_in(4);
    let (kind, root) = if is_mutation { ("mutation", "Mutation") } else { ("query", "Query") };
    let values = Values { schema, harvest };
    let mut generator = Generator { schema, values, dice, variables: Vec::new(), fragments: Vec::new(), aliases: 0 };
    let place = Place { depth: 2 + generator.dice.below(4), pages: 0, is_shared: false };
    let mut selections = Vec::new();
    for _ in 0..=generator.dice.below(3) {
        let mut field = generator.dice.pick(&schema.of(root).fields);
        while SLOW.contains(&field.name.as_str()) && !generator.dice.one_in(15) {
            field = generator.dice.pick(&schema.of(root).fields);
        }
        let selected = generator.field(field, place, true);
        selections.push(selected);
    }
    if generator.dice.one_in(10) {
        selections.push(typename());
    }
    let selections = generator.wrapped(root, selections, place);
    let Generator { variables, fragments, .. } = generator;
    Operation { kind, root, variables, selections, fragments }
}

fn typename() -> Selection {
    Selection::Field(Selected { alias: None, field: None, arguments: Vec::new(), only: Vec::new(), below: Vec::new() })
}

impl Generator<'_> {
    fn alias(&mut self) -> String {
        self.aliases += 1;
        // Underscores and upper case are letters as well; two at the beginning are not for clients.
        let form = self.dice.below(3);
        ["a", "_A", "Zz_"][form].to_owned() + &self.aliases.to_string()
    }

    fn selections(&mut self, of: &Type, place: Place) -> Vec<Selection> {
        if of.kind != "OBJECT" {
            return self.of_several(of, place);
        }
        let mut selections = Vec::new();
        let leaves: Vec<_> = of.fields.iter().filter(|field| self.schema.of(field.of.name()).is_leaf()).collect();
        for _ in 0..=self.dice.below(4) {
            let field = self.dice.pick(&of.fields);
            let is_leaf = self.schema.of(field.of.name()).is_leaf();
            if is_leaf || place.depth > 0 {
                selections.push(self.field(field, place, false));
            } else if !leaves.is_empty() {
                let leaf = *self.dice.pick(&leaves);
                selections.push(self.field(leaf, place, false));
            }
        }
        if selections.is_empty() || self.dice.one_in(8) {
            selections.push(typename());
        }
        let mut selections = self.wrapped(&of.name, selections, place);
        if let Some(again) = self.again(&of.name, &selections, place) {
            selections.push(again);
        }
        selections
    }

    /// One of the fields once more, with other fields below: they belong together, in a fragment or not.
    fn again(&mut self, on: &str, selections: &[Selection], place: Place) -> Option<Selection> {
        if !self.dice.one_in(5) {
            return None;
        }
        let is_object = |selection: &&Selection| matches!(selection, Selection::Field(field) if !field.below.is_empty() && field.only.is_empty());
        let objects: Vec<_> = selections.iter().filter(is_object).collect();
        let Selection::Field(field) = *self.dice.pick(objects.get(..).filter(|all| !all.is_empty())?) else {
            return None;
        };
        let of = self.schema.of(field.field.as_ref()?.of.name());
        let below = self.selections(of, Place { depth: 0, pages: 3, ..place });
        let again = Selection::Field(Selected { below, ..field.clone() });
        if self.dice.one_in(2) {
            return Some(again);
        }
        Some(Selection::Inline { on: Some(on.to_owned()), only: self.conditions(), below: vec![again] })
    }

    /// Of an interface or a union: which it is, and fields of some that it may be.
    fn of_several(&mut self, of: &Type, place: Place) -> Vec<Selection> {
        let mut selections = vec![typename()];
        for field in of.fields.iter().filter(|_| self.dice.one_in(2)).collect::<Vec<_>>() {
            selections.push(self.field(field, place, false));
        }
        for _ in 0..=self.dice.below(3) {
            let on = self.dice.pick(&of.objects).clone();
            let below = self.selections(self.schema.of(&on), Place { is_shared: true, ..place });
            let only = self.conditions();
            selections.push(Selection::Inline { on: Some(on), only, below });
        }
        selections
    }

    fn field(&mut self, field: &Field, place: Place, is_root: bool) -> Selection {
        let of = self.schema.of(field.of.name());
        let is_page = of.name.ends_with("Connection");
        let mut arguments = Vec::new();
        // A dry run leaves the other fields out, which is a rule of ours and none of the specification.
        for argument in field.arguments.iter().filter(|it| it.name != "dryRun") {
            // Pages within pages are small.
            let must = is_page && place.pages > 0 && argument.name == "first";
            if must {
                let size = 1 + self.dice.below(3);
                arguments.push((argument.name.clone(), Literal::Number(size.to_string())));
            } else if !(place.pages > 0 && argument.name == "last")
                && let Some(value) = self.argument(argument)
            {
                arguments.push((argument.name.clone(), value));
            }
        }
        let below = if of.is_leaf() {
            Vec::new()
        } else {
            let pages = place.pages + usize::from(is_page);
            // An edge and a node are no way.
            let depth = if is_page || of.name.ends_with("Edge") { place.depth } else { place.depth.saturating_sub(1) };
            let depth = if pages > 2 { depth.min(1) } else { depth };
            self.selections(of, Place { depth, pages, is_shared: false })
        };
        let own_name = arguments.is_empty() && !is_root && (!place.is_shared || field.name == "id") && below.is_empty();
        let alias = (!own_name || self.dice.one_in(4)).then(|| self.alias());
        let only = if is_root && self.dice.one_in(2) { Vec::new() } else { self.conditions() };
        Selection::Field(Selected { alias, field: Some(field.clone()), arguments, only, below })
    }

    /// The value of an argument, which may be a variable.
    fn argument(&mut self, input: &Input) -> Option<Literal> {
        let value = self.values.of_input(self.dice, input)?;
        Some(self.perhaps_variable(&input.of, value))
    }

    fn perhaps_variable(&mut self, of: &Ref, value: Literal) -> Literal {
        if !self.dice.one_in(3) {
            return value;
        }
        let name = format!("v{}", self.variables.len());
        let default = self.dice.one_in(3).then(|| self.values.of(self.dice, of, &name));
        // One that may be null need not be given.
        let is_given = !self.dice.one_in(6) || (matches!(of, Ref::NonNull(_)) && default.is_none());
        let given = is_given.then(|| value.json());
        self.variables.push(Variable { name: name.clone(), of: of.clone(), default, given });
        Literal::Variable(name)
    }

    fn conditions(&mut self) -> Vec<Condition> {
        if !self.dice.one_in(12) {
            return Vec::new();
        }
        let is_include = self.dice.one_in(2);
        let value = Literal::Bool(is_include != self.dice.one_in(3));
        let value = self.perhaps_variable(&Ref::NonNull(Box::new(Ref::Named("Boolean".to_owned()))), value);
        vec![Condition { is_include, value }]
    }

    /// Some of the selections in fragments.
    fn wrapped(&mut self, on: &str, selections: Vec<Selection>, place: Place) -> Vec<Selection> {
        let mut wrapped = selections;
        if self.dice.one_in(8) {
            let tail = wrapped.split_off(self.dice.below(wrapped.len()));
            let on = self.dice.one_in(2).then(|| on.to_owned());
            let only = self.conditions();
            wrapped.push(Selection::Inline { on, only, below: tail });
        }
        if place.is_shared || on == "Mutation" {
            return wrapped;
        }
        if self.dice.one_in(8) {
            let tail = wrapped.split_off(self.dice.below(wrapped.len()));
            let name = format!("F{}", self.fragments.len());
            self.fragments.push(Fragment { name: name.clone(), on: on.to_owned(), selections: tail });
            let only = self.conditions();
            wrapped.push(Selection::Spread { name, only });
        }
        // One that is spread elsewhere already. Those made within this one stand before it, so there is no circle.
        let known: Vec<_> = self.fragments.iter().filter(|it| it.on == on && on != "Query").collect();
        if place.pages < 2 && !known.is_empty() && self.dice.one_in(4) {
            let name = self.dice.pick(&known).name.clone();
            let only = self.conditions();
            wrapped.push(Selection::Spread { name, only });
        }
        wrapped
    }
}
