//! Which function of a linked library refers to which, from the relocations that the linker kept.

use object::{Object, ObjectSection, ObjectSymbol, RelocationTarget, SectionKind, SymbolKind};
use rustc_demangle::demangle;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// A function, a piece of data, or a name that another library is to define.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Node {
    Function(u64),
    Data(u64),
    Import(String),
}

pub(crate) struct Graph {
    functions: BTreeMap<u64, (u64, String)>,
    edges: HashMap<Node, BTreeSet<Node>>,
    /// The functions that the library exports, by name.
    pub(crate) entries: Vec<(String, u64)>,
}

impl Graph {
    pub(crate) fn read(library: &[u8]) -> Self {
        let file = object::File::parse(library).expect("a linked library");
        let functions: BTreeMap<u64, (u64, String)> = file
            .symbols()
            .filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.is_definition())
            .map(|symbol| {
                let name = format!("{:#}", demangle(symbol.name().unwrap_or("?")));
                (symbol.address(), (symbol.size(), name))
            })
            .collect();
        let entries = file
            .dynamic_symbols()
            .filter(|symbol| symbol.is_definition())
            .filter_map(|symbol| Some((symbol.name().ok()?.to_owned(), symbol.address())))
            .filter(|(name, _)| name.contains("::"))
            .collect();
        let code: Vec<_> = file
            .sections()
            .filter(|section| section.kind() == SectionKind::Text)
            .map(|section| section.address()..section.address() + section.size())
            .collect();
        let is_code = |address: u64| code.iter().any(|range| range.contains(&address));

        // A relocation: where it stands, and what it refers to.
        let mut references: Vec<(u64, Node)> = Vec::new();
        for section in file.sections().filter(|section| section.address() != 0) {
            for (place, relocation) in section.relocations() {
                let RelocationTarget::Symbol(index) = relocation.target() else {
                    continue;
                };
                let symbol = file.symbol_by_index(index).expect("a symbol of the file");
                if symbol.is_undefined() {
                    let name = symbol.name().unwrap_or("?").to_owned();
                    references.push((place, Node::Import(name)));
                    continue;
                }
                // Relative to the end of an instruction, which for nearly all is behind the four bytes of the place.
                let from_end = if is_code(place) { 4 } else { 0 };
                let own = symbol.address();
                let address = own
                    .wrapping_add_signed(relocation.addend())
                    .wrapping_add(from_end);
                let kind = if is_code(address) {
                    Node::Function
                } else {
                    Node::Data
                };
                references.push((place, kind(address)));
            }
        }
        // Data have no names: a piece goes from one address that is referred to, to the next, within a section.
        let mut pieces: BTreeSet<u64> = references
            .iter()
            .filter_map(|(_, node)| match node {
                Node::Data(address) => Some(*address),
                _ => None,
            })
            .collect();
        pieces.extend(file.sections().map(|section| section.address()));
        let function_at = |address: u64| {
            let (&start, &(size, _)) = functions.range(..=address).next_back()?;
            (address < start + size.max(1)).then_some(Node::Function(start))
        };
        let piece_at = |address: u64| {
            pieces
                .range(..=address)
                .next_back()
                .map(|&start| Node::Data(start))
        };
        let mut edges: HashMap<Node, BTreeSet<Node>> = HashMap::new();
        for (place, target) in references {
            let from = if is_code(place) {
                function_at(place)
            } else {
                piece_at(place)
            };
            let to = match target {
                Node::Function(address) => function_at(address),
                Node::Data(address) => piece_at(address),
                import @ Node::Import(_) => Some(import),
            };
            if let (Some(from), Some(to)) = (from, to)
                && from != to
            {
                edges.entry(from).or_default().insert(to);
            }
        }
        Self {
            functions,
            edges,
            entries,
        }
    }

    fn name(&self, node: &Node) -> String {
        match node {
            Node::Function(address) => self.functions[address].1.clone(),
            Node::Data(address) => format!("data at {address:#x}"),
            Node::Import(name) => name.clone(),
        }
    }

    /// The shortest ways from a function to every forbidden name that can be reached from it without passing through
    /// another one.
    pub(crate) fn ways(&self, from: u64, forbidden: impl Fn(&str) -> bool) -> Vec<Vec<String>> {
        let start = Node::Function(from);
        let mut before: HashMap<Node, Node> = HashMap::new();
        let mut waiting = VecDeque::from([start.clone()]);
        let mut seen = BTreeSet::from([start]);
        let mut ways = Vec::new();
        while let Some(node) = waiting.pop_front() {
            let name = self.name(&node);
            if forbidden(&name) {
                let mut way = vec![name];
                let mut last = &node;
                while let Some(caller) = before.get(last) {
                    way.insert(0, self.name(caller));
                    last = caller;
                }
                ways.push(way);
                continue;
            }
            for next in self.edges.get(&node).into_iter().flatten() {
                if seen.insert(next.clone()) {
                    before.insert(next.clone(), node.clone());
                    waiting.push_back(next.clone());
                }
            }
        }
        ways
    }

    /// How many functions can be reached from the entries.
    pub(crate) fn reachable(&self) -> usize {
        let mut waiting: Vec<Node> = self
            .entries
            .iter()
            .map(|&(_, address)| Node::Function(address))
            .collect();
        let mut seen: BTreeSet<Node> = waiting.iter().cloned().collect();
        while let Some(node) = waiting.pop() {
            for next in self.edges.get(&node).into_iter().flatten() {
                if seen.insert(next.clone()) {
                    waiting.push(next.clone());
                }
            }
        }
        seen.iter()
            .filter(|node| matches!(node, Node::Function(_)))
            .count()
    }
}
