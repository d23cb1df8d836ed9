//! The ends of blocks, where several values become one: copies, sums and products of flat slices.

use super::{Access, at, gradient, local, slot};
use crate::model::{Join, Layer, LayerKind};
use crate::passes::Form;
use crate::shape::Shape;
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

/// A join, where it stands.
pub(super) struct Site<'a> {
    access: &'a Access<'a>,
    index: usize,
    layer: &'a Layer,
    join: Join,
}

impl<'a> Site<'a> {
    pub(super) fn new(access: &'a Access<'a>, index: usize) -> Option<Self> {
        let layer = &access.network.layers[index];
        match layer.kind {
            LayerKind::Join(join) => Some(Self {
                access,
                index,
                layer,
                join,
            }),
            _ => None,
        }
    }

    /// The statements of the forward pass.
    pub(super) fn forward(&self) -> TokenStream {
        let (span, isa) = (at(self.layer), local("isa"));
        let scalar = &self.access.network.scalar;
        let step = &self.access.schedule.steps[self.index];
        let mut from = step.from.iter();
        let mut statements = Vec::new();
        let to = || self.flat_mut(&slot(step.to), step.to);
        if let Join::Concat { .. } | Join::Heads = self.join {
            for (part, from) in from.enumerate() {
                let (to, x) = (to(), self.flat(&slot(*from), *from));
                let [width, offset, length] = self.part(part);
                statements
                    .push(quote_spanned!(span=> __rt::place(#to, #width, #offset, #x, #length);));
            }
            return quote!(#(#statements)*);
        }
        // What works in place has its first input there already.
        if let Some(first) = from.next()
            && step.form == Form::Plain
        {
            let (to, x) = (to(), self.flat(&slot(*first), *first));
            statements.push(quote_spanned!(span=> __rt::copy(#to, #x);));
        }
        let function = local(match self.join {
            Join::Multiply => "multiply",
            Join::Add | Join::Concat { .. } | Join::Heads => "add",
        });
        for from in from {
            let (to, x) = (to(), self.flat(&slot(*from), *from));
            statements.push(quote_spanned!(span=> __rt::#function::<#scalar, __E>(#isa, #to, #x);));
        }
        quote!(#(#statements)*)
    }

    /// The statement of the backward pass for one input: writes its gradient, or adds to it.
    pub(super) fn backward(&self, input: usize) -> TokenStream {
        let (span, isa) = (at(self.layer), local("isa"));
        let scalar = &self.access.network.scalar;
        let step = &self.access.schedule.steps[self.index];
        let (from, adds) = (step.from[input], step.adds[input]);
        if from == step.to {
            return TokenStream::new();
        }
        let d_input = || self.flat_mut(&gradient(from), from);
        let d_output = self.flat(&gradient(step.to), step.to);
        let (dx, beside) = (d_input(), local("beside"));
        if self.join == Join::Add {
            return match adds {
                true => quote_spanned!(span=> __rt::add::<#scalar, __E>(#isa, #dx, #d_output);),
                false => quote_spanned!(span=> __rt::copy(#dx, #d_output);),
            };
        }
        // Beside what others have written, and then added.
        let len = self.shape(from).len(scalar);
        let place = match adds {
            true => quote_spanned!(span=> __rt::room(#beside, #len * groups)),
            false => dx,
        };
        let write = match self.join {
            Join::Concat { .. } | Join::Heads => {
                let [width, offset, length] = self.part(input);
                quote_spanned!(span=> __rt::pick(place, #length, #d_output, #width, #offset);)
            }
            Join::Multiply | Join::Add => {
                let others = step
                    .from
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != input);
                let factors = others.map(|(_, other)| {
                    let x = self.flat(&slot(*other), *other);
                    quote_spanned!(span=> __rt::multiply::<#scalar, __E>(#isa, place, #x);)
                });
                quote_spanned!(span=> __rt::copy(place, #d_output); #(#factors)*)
            }
        };
        let sum = adds.then(|| {
            let dx = d_input();
            quote_spanned!(span=> __rt::add::<#scalar, __E>(#isa, #dx, place);)
        });
        quote_spanned! {span=> {
            let place = &mut *#place;
            #write
            #sum
        }}
    }

    /// Which of the declared inputs a slot that is read belongs to: what works in place is read first.
    pub(super) fn declared(&self, input: usize) -> usize {
        let step = &self.access.schedule.steps[self.index];
        match (step.first, input) {
            (first, 0) => first,
            (first, input) if input == first => 0,
            (_, input) => input,
        }
    }

    /// Of a concatenation: the elements of a row of the result, where this input's begin in it, and how many it has.
    fn part(&self, part: usize) -> [TokenStream; 3] {
        let dim = match self.join {
            Join::Concat { dim } => dim,
            Join::Add | Join::Multiply | Join::Heads => 0,
        };
        let network = self.access.network;
        let row = |shape: &Shape| match shape {
            Shape::Array(sizes) => {
                Shape::Array(sizes.iter().skip(dim).cloned().collect()).len(&network.scalar)
            }
            other => other.len(&network.scalar),
        };
        let rows: Vec<TokenStream> = self
            .layer
            .inputs
            .iter()
            .map(|input| row(network.value(*input)))
            .collect();
        let before = &rows[..part];
        [
            row(&self.layer.output),
            quote!(__rt::sum(&[#(#before),*])),
            rows[part].clone(),
        ]
    }

    fn shape(&self, slot: usize) -> &Shape {
        &self.access.schedule.slots[slot]
    }

    fn flat(&self, name: &Ident, slot: usize) -> TokenStream {
        let ty = self.shape(slot).ty(&self.access.network.scalar);
        quote!(<#ty as ::chainrule::Shape>::flat::<__E>(&*#name))
    }

    fn flat_mut(&self, name: &Ident, slot: usize) -> TokenStream {
        let ty = self.shape(slot).ty(&self.access.network.scalar);
        quote!(<#ty as ::chainrule::Shape>::flat_mut::<__E>(&mut *#name))
    }
}
