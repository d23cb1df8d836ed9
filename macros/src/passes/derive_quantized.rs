//! Derives the integer network: which values become bytes, what is computed in one call, and the network to train, the
//! same layers with weights and activations rounded where the integer network rounds them.

use super::infer_shapes::infer_shapes;
use super::plan_buffers::plan_buffers;
use crate::catalogue::{Arguments, FAKE_QUANTIZE, Integer, integer, with_fake_weights};
use crate::diagnostics::Diagnostics;
use crate::model::{
    Attributes, Count, Join, Layer, LayerKind, Member, Network, Operation, Path, Quantized,
    QuantizedSlot, QuantizedWork, Stream,
};
use crate::shape::Shape;
use crate::size::Symbols;
use crate::weights::Weights;
use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::ext::IdentExt;

pub(super) fn derive_quantized(network: &mut Network, diagnostics: &mut Diagnostics) {
    let Some(setting) = network.quantize else {
        return;
    };
    if !diagnostics.is_empty() || network.layers.is_empty() {
        return;
    }
    if !network.generics.is_empty() || network.scalar.to_string() != "f32" {
        diagnostics
            .error(
                setting,
                format!(
                    "`{}` has generic parameters, which an integer network cannot have",
                    network.name
                ),
            )
            .help("declare the network with sizes that are known, and without a type parameter");
        return;
    }
    let forms = forms(network, diagnostics);
    if !diagnostics.is_empty() {
        return;
    }
    let mut derivation = Derivation::new(network, &forms);
    derivation.run(diagnostics);
    let values = finals(network).into_iter();
    let floats = &derivation.floats;
    let finals = values
        .filter_map(|value| Some((value, floats[value]?)))
        .collect();
    let Derivation {
        operations,
        slots,
        ranged,
        ..
    } = derivation;
    if !diagnostics.is_empty() {
        return;
    }
    let (training, ranges, layers) = training(network, &forms, &ranged);
    network.quantized = Some(Box::new(Quantized {
        training,
        ranges,
        layers,
        operations,
        slots,
        finals,
    }));
}

/// What becomes of a layer.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Layer(Integer),
    Join(Join),
    Input,
}

/// The form of every layer. Reports those that have none.
fn forms(network: &Network, diagnostics: &mut Diagnostics) -> Vec<Form> {
    let forms = network.layers.iter().map(|layer| {
        let refused = match &layer.kind {
            LayerKind::BuiltIn(kind, _) if layer.tied.is_none() => match integer(kind) {
                Ok(form) => return Form::Layer(form),
                Err(why) => why,
            },
            LayerKind::Join(Join::Multiply) if layer.inputs.len() > 4 => {
                "multiplies more than four values"
            }
            LayerKind::Join(Join::Add) if layer.inputs.len() > 4 => "adds more than four values",
            LayerKind::Join(join) => return Form::Join(*join),
            LayerKind::Input(_) => return Form::Input,
            LayerKind::BuiltIn(..) => {
                "has the weights of another layer, whose inputs are in other units"
            }
            LayerKind::User { .. } => "is a layer of your own, of which nothing is known",
            LayerKind::Unread => return Form::Input,
        };
        diagnostics
            .error(
                layer.span,
                format!("`{}` {refused}, so it cannot be quantised", layer.called()),
            )
            .help("leave `quantize = int8` away, or put the layer into a network of its own");
        Form::Input
    });
    forms.collect()
}

struct Derivation<'a> {
    network: &'a Network,
    forms: &'a [Form],
    /// The layers that read each value.
    readers: Vec<Vec<usize>>,
    /// Whether a value is computed in numbers.
    numbers: Vec<bool>,
    /// What was computed together with a layer before it.
    done: Vec<bool>,
    /// Whether a value has a range of its own.
    ranged: Vec<bool>,
    /// Where a value's bytes lie, and its numbers.
    bytes: Vec<Option<usize>>,
    floats: Vec<Option<usize>>,
    operations: Vec<Operation>,
    slots: Vec<QuantizedSlot>,
}

impl<'a> Derivation<'a> {
    fn new(network: &'a Network, forms: &'a [Form]) -> Self {
        let values = network.layers.len() + 1;
        let mut readers = vec![Vec::new(); values];
        for (index, layer) in network.layers.iter().enumerate() {
            for input in &layer.inputs {
                readers[*input].push(index);
            }
        }
        Self {
            network,
            forms,
            readers,
            numbers: vec![false; values],
            done: vec![false; network.layers.len()],
            ranged: vec![false; values],
            bytes: vec![None; values],
            floats: vec![None; values],
            operations: Vec::new(),
            slots: Vec::new(),
        }
    }

    fn run(&mut self, diagnostics: &mut Diagnostics) {
        for value in finals(self.network) {
            self.mark_numbers(value);
        }
        if !self.forms.contains(&Form::Input) && self.needs_bytes(0) {
            self.quantize(0, 0, false);
        }
        for index in 0..self.network.layers.len() {
            if !self.done[index] {
                self.layer(index, diagnostics);
            }
        }
        for value in finals(self.network) {
            if self.floats[value].is_none()
                && let Some(from) = self.bytes[value]
            {
                let to = self.slot(value, true, value);
                self.floats[value] = Some(to);
                self.call(
                    value.saturating_sub(1),
                    vec![from],
                    to,
                    QuantizedWork::Dequantize,
                );
            }
        }
    }

    /// From an output backwards: what follows the last weights is computed in numbers.
    fn mark_numbers(&mut self, value: usize) {
        let Some(index) = value.checked_sub(1) else {
            return;
        };
        // What others read as well are bytes.
        if self.readers[value].len() > 1 {
            return;
        }
        let layer = &self.network.layers[index];
        match self.forms[index] {
            Form::Layer(Integer::Weights { .. } | Integer::Rows) => self.numbers[value] = true,
            Form::Layer(
                form @ (Integer::Clamp
                | Integer::Function
                | Integer::View
                | Integer::Last
                | Integer::Norm),
            ) => {
                let before = layer.inputs[0];
                // Batch norm is in numbers as a part of the weights before it.
                let folds = before.checked_sub(1).is_some_and(|index| {
                    self.forms[index] == Form::Layer(Integer::Norm) || self.takes_norms(index)
                });
                if folds || form != Integer::Norm {
                    self.mark_numbers(before);
                    self.numbers[value] = self.numbers[before];
                }
                if form == Integer::Last {
                    self.numbers[value] = true;
                }
            }
            _ => {}
        }
    }

    fn layer(&mut self, index: usize, diagnostics: &mut Diagnostics) {
        let (layer, value) = (&self.network.layers[index], index + 1);
        let form = match self.forms[index] {
            Form::Input if !self.needs_bytes(value) => return,
            Form::Input => return self.quantize(index, value, true),
            Form::Join(Join::Heads) => return,
            Form::Join(Join::Concat { dim }) => {
                let from = self.bytes_of(&layer.inputs);
                let to = self.ranged(value);
                return self.call(index, from, to, QuantizedWork::Concat { dim });
            }
            Form::Join(join) => {
                let from = self.bytes_of(&layer.inputs);
                let (clamp, end) = self.clamp_behind(value);
                let to = self.ranged(end);
                return self.call(index, from, to, QuantizedWork::Join { join, clamp });
            }
            Form::Layer(form) => form,
        };
        let before = layer.inputs[0];
        if let (true, Some(from)) = (self.numbers[value], self.floats[before]) {
            return self.in_numbers(index, from, form);
        }
        match form {
            Integer::View => {
                self.bytes[value] = self.bytes[before];
            }
            Integer::Last => {
                if !self.numbers[value] {
                    diagnostics
                        .error(
                            layer.span,
                            format!(
                                "`{}` does not end the network, so it cannot be quantised",
                                layer.called()
                            ),
                        )
                        .help("leave `quantize = int8` away, or put what follows into a network of its own");
                } else if let Some(from) = self.bytes[before] {
                    let to = self.slot(before, true, before);
                    self.floats[before] = Some(to);
                    self.call(index, vec![from], to, QuantizedWork::Dequantize);
                    self.in_numbers(index, to, form);
                }
            }
            Integer::Weights { configured, room } => {
                let from = self.bytes_of(&[before]);
                let (norms, clamp, to) = self.behind_sums(index);
                let work = QuantizedWork::Weights {
                    norms,
                    clamp,
                    configured,
                    room,
                };
                self.call(index, from, to, work);
            }
            Integer::Rows => {
                let (source, named) = self.source(before);
                let (norms, clamp, to) = self.behind_sums(index);
                let work = QuantizedWork::Rows {
                    norms,
                    clamp,
                    source,
                    named,
                };
                self.call(index, Vec::new(), to, work);
            }
            Integer::Norm => {
                let from = self.bytes_of(&[before]);
                let (mut norms, end) = self.norms_behind(value);
                norms.insert(0, index);
                let (clamp, end) = self.clamp_behind(end);
                let to = self.ranged(end);
                self.call(index, from, to, QuantizedWork::Norms { norms, clamp });
            }
            Integer::Clamp | Integer::Function => {
                let from = self.bytes_of(&[before]);
                let to = self.ranged(value);
                self.call(index, from, to, QuantizedWork::Function);
            }
            Integer::Max { configured } | Integer::Mean { configured } => {
                let from = self.bytes_of(&[before]);
                let range = from.first().map_or(0, |slot| self.slots[*slot].range);
                let to = self.slot(value, false, range);
                self.bytes[value] = Some(to);
                let work = match form {
                    Integer::Max { .. } => QuantizedWork::Max { configured },
                    _ => QuantizedWork::Mean { configured },
                };
                self.call(index, from, to, work);
            }
        }
    }

    /// A layer behind the last weights.
    fn in_numbers(&mut self, index: usize, from: usize, form: Integer) {
        let value = index + 1;
        self.floats[value] = Some(from);
        match form {
            Integer::View => {}
            Integer::Last => {
                let to = self.slot(value, true, value);
                self.floats[value] = Some(to);
                self.call(index, vec![from], to, QuantizedWork::NumberLayer);
            }
            _ => self.call(index, vec![from], from, QuantizedWork::NumberFunction),
        }
    }

    /// Whether a layer reads a value as numbers, and not as indices.
    fn needs_bytes(&self, value: usize) -> bool {
        let as_bytes = |reader: &usize| match self.forms[*reader] {
            Form::Layer(Integer::Rows) => false,
            Form::Layer(Integer::View) => self.needs_bytes(reader + 1),
            _ => true,
        };
        self.is_final(value) || self.readers[value].iter().any(as_bytes)
    }

    /// The input that indices come from: the layer that stands for it, and whether it has a name.
    fn source(&self, mut value: usize) -> (usize, bool) {
        while let Some(index) = value.checked_sub(1) {
            if self.forms[index] == Form::Input {
                return (index, true);
            }
            value = self.network.layers[index].inputs[0];
        }
        (0, false)
    }

    /// Whether the channels of a batch norm behind a layer are the outputs that have weights of their own: not those of
    /// the steps of a sequence.
    fn takes_norms(&self, index: usize) -> bool {
        let layer = &self.network.layers[index];
        let LayerKind::BuiltIn(kind, _) = &layer.kind else {
            return false;
        };
        let vector = matches!(&layer.output, Shape::Array(sizes) if sizes.len() == 1);
        match self.forms[index] {
            Form::Layer(Integer::Weights { .. } | Integer::Rows) => {
                vector || !matches!(kind.name, "Linear" | "Embedding")
            }
            _ => false,
        }
    }

    /// What is computed together with the sums of a layer: batch norms, a clamp; and where it goes.
    fn behind_sums(&mut self, index: usize) -> (Vec<usize>, Option<usize>, usize) {
        let (norms, end) = match self.takes_norms(index) {
            true => self.norms_behind(index + 1),
            false => (Vec::new(), index + 1),
        };
        if self.numbers[end] {
            let to = self.slot(end, true, end);
            self.floats[end] = Some(to);
            return (norms, None, to);
        }
        let (clamp, end) = self.clamp_behind(end);
        (norms, clamp, self.ranged(end))
    }

    /// The bytes of an input.
    fn quantize(&mut self, layer: usize, value: usize, named: bool) {
        let to = self.ranged(value);
        self.call(layer, Vec::new(), to, QuantizedWork::Quantize { named });
    }

    /// The batch norms that alone follow a value, one after the other, and what they end with.
    fn norms_behind(&mut self, mut value: usize) -> (Vec<usize>, usize) {
        let mut norms = Vec::new();
        while let [next] = *self.readers[value].as_slice()
            && self.forms[next] == Form::Layer(Integer::Norm)
            && !self.is_final(value)
        {
            self.done[next] = true;
            norms.push(next);
            value = next + 1;
        }
        (norms, value)
    }

    /// The clamp that alone follows a value, and what it puts out.
    fn clamp_behind(&mut self, value: usize) -> (Option<usize>, usize) {
        match *self.readers[value].as_slice() {
            [next]
                if self.forms[next] == Form::Layer(Integer::Clamp)
                    && !self.numbers[next + 1]
                    && !self.is_final(value) =>
            {
                self.done[next] = true;
                (Some(next), next + 1)
            }
            _ => (None, value),
        }
    }

    fn is_final(&self, value: usize) -> bool {
        finals(self.network).contains(&value)
    }

    fn bytes_of(&self, values: &[usize]) -> Vec<usize> {
        let slots = values.iter().filter_map(|value| self.bytes[*value]);
        slots.collect()
    }

    /// A slot for a value with a range of its own.
    fn ranged(&mut self, value: usize) -> usize {
        self.ranged[value] = true;
        let slot = self.slot(value, false, value);
        self.bytes[value] = Some(slot);
        slot
    }

    fn slot(&mut self, value: usize, numbers: bool, range: usize) -> usize {
        self.slots.push(QuantizedSlot {
            shape: self.network.value(value).clone(),
            numbers,
            range,
        });
        self.slots.len() - 1
    }

    fn call(&mut self, layer: usize, from: Vec<usize>, to: usize, work: QuantizedWork) {
        self.operations.push(Operation {
            layer,
            from,
            to,
            work,
        });
    }
}

/// The values that the network puts out, in the order of the output.
fn finals(network: &Network) -> Vec<usize> {
    fn of(network: &Network, value: usize) -> Vec<usize> {
        let layer = value.checked_sub(1).map(|index| &network.layers[index]);
        match layer {
            Some(layer) if matches!(layer.kind, LayerKind::Join(Join::Heads)) => {
                let heads = layer.inputs.iter();
                heads.flat_map(|head| of(network, *head)).collect()
            }
            _ => vec![value],
        }
    }
    of(network, network.layers.len())
}

/// The network to train; of each value the field of its range; and of each layer which one it has become.
fn training(
    network: &mut Network,
    forms: &[Form],
    ranged: &[bool],
) -> (Network, Vec<Option<Path>>, Vec<usize>) {
    let mut taken: Vec<String> = Vec::new();
    for layer in &network.layers {
        taken.push(layer.local.unraw().to_string());
        if let Some(field) = &layer.field {
            taken.push(flat(field).unraw().to_string());
        }
    }
    let mut layers: Vec<Layer> = Vec::new();
    let mut ranges = vec![None; ranged.len()];
    let mut values = vec![0; ranged.len()];
    let mut indices = Vec::new();
    let mut count = 0;
    let mut round =
        |value: usize, layers: &mut Vec<Layer>, values: &mut Vec<usize>, like: &Layer| {
            let mut name = format!("range{count}");
            while taken.contains(&name) {
                name.push('_');
            }
            count += 1;
            let path = Path(vec![Member::Field(Ident::new(&name, Span::call_site()))]);
            ranges[value] = Some(path.clone());
            layers.push(Layer {
                field: Some(path),
                user_label: None,
                label: name.clone(),
                local: Ident::new(&name, Span::mixed_site()),
                text: FAKE_QUANTIZE.name.to_owned(),
                kind: LayerKind::BuiltIn(&FAKE_QUANTIZE, Arguments::default()),
                inputs: vec![values[value]],
                block: None,
                first: layers.len(),
                tied: None,
                heads: Vec::new(),
                frozen: false,
                heads_around: Vec::new(),
                repeats: None,
                ..like.clone()
            });
            values[value] = layers.len();
        };
    if ranged[0]
        && let Some(first) = network.layers.first()
    {
        round(0, &mut layers, &mut values, first);
    }
    for (index, layer) in network.layers.iter().enumerate() {
        indices.push(layers.len());
        let mut training = Layer {
            field: layer
                .field
                .as_ref()
                .map(|field| Path(vec![Member::Field(flat(field))])),
            inputs: layer.inputs.iter().map(|input| values[*input]).collect(),
            first: layers.len(),
            repeats: None,
            parameters: Count::Unknown,
            macs: Count::Unknown,
            ..layer.clone()
        };
        if let (
            Form::Layer(Integer::Weights { .. } | Integer::Rows),
            LayerKind::BuiltIn(kind, arguments),
        ) = (forms[index], &layer.kind)
        {
            training.kind = LayerKind::BuiltIn(with_fake_weights(kind), arguments.clone());
        }
        layers.push(training);
        values[index + 1] = layers.len();
        if ranged[index + 1] {
            round(index + 1, &mut layers, &mut values, layer);
        }
    }
    let name = format_ident!("Qat{}", network.name.unraw());
    let doc = format!(
        " [`{}`] with weights and activations rounded as in [`Q{}`]: to train, and then to convert.",
        network.name.unraw(),
        network.name.unraw()
    );
    let mut training = Network {
        attributes: Attributes {
            network: vec![syn::parse_quote!(#[doc = #doc])],
            ..network.attributes.clone()
        },
        visibility: network.visibility.clone(),
        name,
        generics: network.generics.clone(),
        scalar: network.scalar.clone(),
        input: network.input.clone(),
        input_place: network.input_place,
        declared_output: network.declared_output.clone(),
        layers,
        budget: Vec::new(),
        weights: Weights::default(),
        symbols: std::mem::replace(&mut network.symbols, Symbols::new(&network.name)),
        checks: Vec::new(),
        indices: network.indices.clone(),
        plan: Default::default(),
        output_name: network.output_name.clone(),
        stream: Stream::NoSequence,
        quantize: None,
        quantized: None,
    };
    // The same layers as in the network itself, so there is nothing to report that was not.
    infer_shapes(&mut training, &mut Diagnostics::default());
    plan_buffers(&mut training);
    network.symbols = std::mem::replace(&mut training.symbols, Symbols::new(&network.name));
    (training, ranges, indices)
}

/// `stage_0_conv1` for `stage[0].conv1`: with layers between that round, fields of a block would not lie together.
fn flat(path: &Path) -> Ident {
    let mut name = String::new();
    let mut raw = None;
    for member in &path.0 {
        if !name.is_empty() {
            name.push('_');
        }
        match member {
            Member::Field(field) => name.push_str(&field.unraw().to_string()),
            Member::Element(element) => name.push_str(&element.to_string()),
        }
        raw = Some(member);
    }
    match (path.0.as_slice(), raw) {
        ([Member::Field(field)], _) => field.clone(),
        _ => Ident::new(&name, Span::call_site()),
    }
}
