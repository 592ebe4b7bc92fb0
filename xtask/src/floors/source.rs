//! A crate's modules as its files declare them, and every path by which one names another.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use syn::{Attribute, Item, ItemMod, ItemUse, UseTree, visit::Visit};

use super::tokens;

/// A module's place under its crate's root: `["store", "log"]`.
pub(super) type ModulePath = Vec<String>;

/// A crate, read.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// The path of the crate's root, which is empty.
    pub(super) root: ModulePath,
    pub(super) modules: BTreeMap<ModulePath, Module>,
    pub(super) mentions: Vec<Mention>,
}

#[derive(Debug)]
pub(super) struct Module {
    /// The file it is written in.
    pub(super) file: PathBuf,
    /// Names that its `use`s bring in, with what they stand for.
    pub(super) names: BTreeMap<String, Vec<String>>,
}

/// A place in the code where one module names another, or something in it.
#[derive(Debug)]
pub(super) struct Mention {
    pub(super) from: ModulePath,
    pub(super) line: usize,
    /// What is named, from the crate's root.
    pub(super) path: Vec<String>,
}

/// Reads a crate from its first file on. `read` is the file system, or a planted one.
pub(super) fn read(root: &Path, read: &dyn Fn(&Path) -> io::Result<String>) -> Result<Source, String> {
    let mut source = Source::default();
    let mut open = vec![(Vec::new(), root.to_owned())];
    while let Some((module, file)) = open.pop() {
        let text = read(&file).map_err(|fault| format!("{}: {fault}", file.display()))?;
        let parsed = syn::parse_file(&text)
            .map_err(|fault| format!("{}:{}: {fault}", file.display(), fault.span().start().line))?;
        source.modules.insert(module.clone(), Module { file: file.clone(), names: BTreeMap::new() });
        let folder = folder_of(&file, module.is_empty());
        let mut reader = Reader {
            source: &mut source,
            file: &file,
            folder,
            module,
            exists: &|file| read(file).is_ok(),
            files: Vec::new(),
        };
        reader.visit_file(&parsed);
        open.append(&mut reader.files);
    }
    Ok(source)
}

/// Where the files of a file's modules lie.
fn folder_of(file: &Path, root: bool) -> PathBuf {
    let parent = file.parent().unwrap_or(Path::new(""));
    if root || file.file_name().is_some_and(|name| name == "mod.rs") {
        parent.to_owned()
    } else {
        parent.join(file.file_stem().unwrap_or_default())
    }
}

struct Reader<'a> {
    source: &'a mut Source,
    file: &'a Path,
    folder: PathBuf,
    module: ModulePath,
    exists: &'a dyn Fn(&Path) -> bool,
    /// Files that are still to be read.
    files: Vec<(ModulePath, PathBuf)>,
}

impl Reader<'_> {
    fn mention(&mut self, path: Vec<String>, line: usize) {
        self.source.mentions.push(Mention { from: self.module.clone(), line, path });
    }

    /// A path as written, from the crate's root; `None` if it leads to another crate.
    fn absolute(&self, written: &[String]) -> Option<Vec<String>> {
        let (first, rest) = written.split_first()?;
        let mut path = match first.as_str() {
            "crate" => Vec::new(),
            "self" => self.module.clone(),
            "super" => self.module.get(..self.module.len().checked_sub(1)?)?.to_vec(),
            _ => return None,
        };
        for segment in rest {
            match segment.as_str() {
                "super" => drop(path.pop()),
                "self" => {}
                name => path.push(name.to_owned()),
            }
        }
        Some(path)
    }

    fn import(&mut self, tree: &UseTree, mut prefix: Vec<String>) {
        let (ident, known_as) = match tree {
            UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                return self.import(&path.tree, prefix);
            }
            UseTree::Group(group) => return group.items.iter().for_each(|tree| self.import(tree, prefix.clone())),
            UseTree::Glob(glob) => {
                if let Some(path) = self.absolute(&prefix) {
                    self.mention(path, glob.star_token.spans[0].start().line);
                }
                return;
            }
            UseTree::Name(name) => (&name.ident, &name.ident),
            UseTree::Rename(rename) => (&rename.ident, &rename.rename),
        };
        // `use super::handle::{self}` is known by the last name before it.
        let known_as = if ident == "self" { prefix.last().cloned().unwrap_or_default() } else { known_as.to_string() };
        prefix.push(ident.to_string());
        if let Some(path) = self.absolute(&prefix) {
            self.mention(path.clone(), ident.span().start().line);
            if let Some(module) = self.source.modules.get_mut(&self.module) {
                module.names.insert(known_as, path);
            }
        }
    }

    fn file_of(&self, module: &ItemMod) -> Option<PathBuf> {
        if let Some(path) = module.attrs.iter().find_map(path_attribute) {
            return Some(self.file.parent()?.join(path));
        }
        let name = module.ident.to_string();
        let candidates = [self.folder.join(format!("{name}.rs")), self.folder.join(name).join("mod.rs")];
        candidates.into_iter().find(|file| (self.exists)(file))
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    /// Tests stand above the house: they may name what they like.
    fn visit_item(&mut self, item: &'ast Item) {
        if !attributes(item).iter().any(only_for_tests) {
            syn::visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        let name = module.ident.to_string();
        let path: ModulePath = self.module.iter().cloned().chain([name.clone()]).collect();
        let Some((_, items)) = &module.content else {
            self.files.extend(self.file_of(module).map(|file| (path, file)));
            return;
        };
        self.source.modules.insert(path.clone(), Module { file: self.file.to_owned(), names: BTreeMap::new() });
        let outer = (std::mem::replace(&mut self.module, path), self.folder.clone());
        self.folder.push(name);
        items.iter().for_each(|item| self.visit_item(item));
        (self.module, self.folder) = outer;
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.import(&item.tree, Vec::new());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let written: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        // `self` alone is a value, `Self` a type.
        if written.len() > 1
            && let Some(absolute) = self.absolute(&written)
        {
            let line = path.segments.first().map_or(0, |first| first.ident.span().start().line);
            self.mention(absolute, line);
        }
        syn::visit::visit_path(self, path);
    }

    /// Inside a macro there is no tree, only tokens.
    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        for (written, line) in tokens::paths(call.tokens.clone()) {
            if let Some(path) = self.absolute(&written) {
                self.mention(path, line);
            }
        }
    }

    /// `pub(in crate::store)` names a module without needing it.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn only_for_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
}

fn path_attribute(attribute: &Attribute) -> Option<String> {
    let syn::Meta::NameValue(pair) = &attribute.meta else { return None };
    let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(path), .. }) = &pair.value else { return None };
    pair.path.is_ident("path").then(|| path.value())
}
