//! The machine: it says what to ask next, takes what became of it, and ends in rows and gaps.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::model::{Each, Gap, GapReason, Item, Reading, Remedy, Sha256};

use super::ask::{Ask, Asker, Event, Outcome, Ticket};
use super::gaps::About;
use super::growing::{Growing, Parent};
use super::items::items;
use super::list::List;
use super::pages::Next;
use super::part::Then;
use super::place::Place;
use super::tree::Tree;

/// A source, and those that follow it, asked in one place. It makes no call and has no clock: who drives it makes the calls
/// or looks them up, as many at once as he likes.
///
/// ```ignore
/// while let Some(event) = walk.poll() {
///     if let Event::Ask(ask) = event {
///         let outcome = …;
///         walk.answer(ask.ticket, outcome);
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Walk<'a> {
    tree: &'a Tree<'a>,
    place: Place,
    /// When what was not answered is noticed.
    time: DateTime<Utc>,
    states: Vec<State>,
    lists: BTreeMap<usize, List>,
    rows: BTreeMap<usize, (usize, Growing)>,
    /// The next list's or row's number.
    number: usize,
    events: VecDeque<Event<'a>>,
}

/// How far a source of the tree is.
#[derive(Debug, Default)]
struct State {
    lists: usize,
    rows: usize,
    asked: usize,
    evidence: Vec<Sha256>,
    /// What closes the gap of its list, if it has one.
    broken: Option<Remedy>,
    stage: Stage,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Stage {
    #[default]
    Listing,
    Listed,
}

impl<'a> Walk<'a> {
    /// Begins in a place. `time`: when what was not answered is noticed.
    pub fn new(tree: &'a Tree<'a>, place: Place, time: DateTime<Utc>) -> Self {
        let questions = tree.branches.first().map_or(0, |root| root.source.call.vary.len());
        Self::asking(tree, place, time, questions)
    }

    /// The same for a source whose questions a conversation made: so many of them.
    pub fn asking(tree: &'a Tree<'a>, place: Place, time: DateTime<Utc>, questions: usize) -> Self {
        Self::begun(tree, place, time, questions, None)
    }

    /// The same for a source that follows another one, alone: asked for this row, unless it is not asked for such rows.
    pub fn of_row(tree: &'a Tree<'a>, place: Place, time: DateTime<Utc>, row: Map<String, Value>) -> Self {
        let root = tree.branches.first().filter(|root| root.follows(&row));
        let questions = root.map_or(0, |root| root.source.call.vary.len());
        Self::begun(tree, place, time, questions, Some(Arc::new(Parent::of(row))))
    }

    fn begun(tree: &'a Tree<'a>, place: Place, time: DateTime<Utc>, questions: usize, of: Option<Arc<Parent>>) -> Self {
        let states = tree.branches.iter().map(|_| State::default()).collect();
        let (lists, rows, events) = (BTreeMap::new(), BTreeMap::new(), VecDeque::new());
        let mut walk = Self { tree, place, time, states, lists, rows, number: 0, events };
        (0..questions).for_each(|question| walk.begin(List::new(0, of.clone(), question)));
        walk.settle();
        walk
    }

    /// Where it asks.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// What comes next; nothing: it waits for answers, or has ended.
    pub fn poll(&mut self) -> Option<Event<'a>> {
        self.events.pop_front()
    }

    /// Takes what became of an ask.
    pub fn answer(&mut self, ticket: Ticket, outcome: Outcome) {
        match ticket.0 {
            Asker::List(id) => self.list_answered(id, outcome),
            Asker::Row(id, each) => self.part_answered(id, each, outcome),
        }
        self.settle();
    }

    fn begin(&mut self, list: List) {
        let id = self.number;
        self.number += 1;
        let state = &mut self.states[list.branch];
        (state.lists, state.asked) = (state.lists + 1, state.asked + 1);
        self.ask_list(id, list);
    }

    fn ask_list(&mut self, id: usize, list: List) {
        let source = self.tree.branches[list.branch].source;
        let request = match source.collector.is_walked() {
            true => match list.request(source, &self.place) {
                Ok(request) => Some(request),
                Err(name) => {
                    let of = list.of.as_ref().map(|of| of.item.as_str()).unwrap_or_default();
                    let what = format!("it was not asked for `{of}`: nothing fills `{{{name}}}`");
                    let gap = self.about(list.branch).silent(
                        GapReason::Unreadable,
                        Remedy::Report,
                        format!("{} of source `{}`: {what}", source.call.operation, source.id),
                        self.time,
                    );
                    self.states[list.branch].lists -= 1;
                    self.lose(list.branch, gap);
                    return;
                }
            },
            false => None,
        };
        self.events.push_back(Event::Ask(Box::new(Ask {
            ticket: Ticket(Asker::List(id)),
            source,
            call: &source.call,
            variation: list.variation,
            region: self.place.region.clone(),
            item: None,
            of: list.of.as_ref().map(|of| of.item.clone()),
            page: list.pages.number,
            varied: list.varied(source, &self.place),
            request,
        })));
        self.lists.insert(id, list);
    }

    fn list_answered(&mut self, id: usize, outcome: Outcome) {
        let Some(mut list) = self.lists.remove(&id) else { return };
        let branch = list.branch;
        let wrong = match outcome {
            Outcome::Content(reply, heard) => {
                self.states[branch].evidence.push(heard.body);
                let source = self.tree.branches[branch].source;
                let (found, wrong) = items(source, &self.place, &reply);
                for found in found {
                    self.grow(branch, Growing::new(found, list.of.as_ref(), heard.body, &self.place));
                }
                for what in wrong {
                    let gap = self.about(branch).heard(&heard, GapReason::Unreadable, &what);
                    self.lose(branch, gap);
                }
                match list.pages.turn(&source.call, &reply) {
                    Next::More => return self.ask_list(id, list),
                    Next::End => None,
                    Next::Broken(why) => Some(self.about(branch).heard(&heard, GapReason::Unreadable, why)),
                }
            }
            Outcome::Absent(heard) => {
                self.states[branch].evidence.push(heard.body);
                None
            }
            Outcome::Document(heard, _) => {
                Some(self.about(branch).heard(&heard, GapReason::Unreadable, "the reply is a document"))
            }
            Outcome::Unreadable(error, heard) => Some(self.about(branch).unreadable(&heard, &error)),
            Outcome::Refused(gap) => {
                self.states[branch].broken.get_or_insert(gap.remedy);
                None
            }
            Outcome::NotAsked => Some(self.list_not_asked(&list)),
        };
        self.states[branch].lists -= 1;
        if let Some(gap) = wrong {
            self.lose(branch, gap);
        }
    }

    fn list_not_asked(&self, list: &List) -> Gap {
        let source = self.tree.branches[list.branch].source;
        let (reason, what) = match (list.pages.number, &list.of) {
            (0, Some(of)) => (GapReason::NotAttempted, format!("it was not asked for `{}`", of.item)),
            (0, None) if source.call.vary.len() > 1 => {
                (GapReason::NotAttempted, format!("not all of its {} calls were made", source.call.vary.len()))
            }
            (0, None) => (GapReason::Failed, "its first page is missing".to_owned()),
            (page, _) => (GapReason::Failed, format!("page {page} says that there are more, but none follows")),
        };
        let message = format!("{} of source `{}`: {what}; collect again", source.call.operation, source.id);
        self.about(list.branch).silent(reason, Remedy::again(), message, self.time)
    }

    /// Keeps a gap that makes a source's list incomplete.
    fn lose(&mut self, branch: usize, gap: Gap) {
        self.states[branch].broken.get_or_insert_with(|| gap.remedy.clone());
        self.events.push_back(Event::Gap(Box::new(gap)));
    }

    fn grow(&mut self, branch: usize, row: Growing) {
        let id = self.number;
        self.number += 1;
        self.states[branch].rows += 1;
        self.advance(id, branch, row);
    }

    /// Asks for what a row needs next, or completes it.
    fn advance(&mut self, id: usize, branch: usize, mut row: Growing) {
        if !row.next_wave(&self.tree.branches[branch], &self.place) {
            return self.complete(branch, row);
        }
        let begun: Vec<usize> = row.asking.keys().copied().collect();
        self.rows.insert(id, (branch, row));
        begun.into_iter().for_each(|index| self.ask_part(id, index));
    }

    fn ask_part(&mut self, id: usize, index: usize) {
        let Some((branch, row)) = self.rows.get(&id) else { return };
        let source = self.tree.branches[*branch].source;
        let (Some(each), Some(asking)) = (source.each.get(index), row.asking.get(&index)) else { return };
        let request = row.request(source, each, asking, &self.place).ok();
        let ask = Ask {
            ticket: Ticket(Asker::Row(id, index)),
            source,
            call: &each.call,
            variation: asking.variation,
            region: asking.region.clone(),
            item: Some(self.item(each, row)),
            of: None,
            page: asking.pages.number,
            varied: row.varied(each, asking, &self.place),
            request: request.filter(|_| source.collector.is_walked()),
        };
        self.events.push_back(Event::Ask(Box::new(ask)));
    }

    fn item(&self, each: &Each, row: &Growing) -> Item {
        Item { part: each.part.clone(), key: row.item.clone(), region: self.place.region.clone() }
    }

    fn part_answered(&mut self, id: usize, index: usize, outcome: Outcome) {
        let Some((branch, mut row)) = self.rows.remove(&id) else { return };
        let source = self.tree.branches[branch].source;
        let (Some(each), Some(mut asking)) = (source.each.get(index), row.asking.remove(&index)) else { return };
        let item = Some(self.item(each, &row));
        let region = asking.region.clone();
        let about = |place| About { source, place, operation: &each.call.operation, region: &region, item };
        let then = match outcome {
            Outcome::Content(reply, heard) => {
                row.heard(heard.body);
                match asking.content(each, &reply) {
                    Then::Broken(why) => {
                        let gap = about(&self.place).heard(&heard, GapReason::Unreadable, why);
                        self.events.push_back(Event::Gap(Box::new(gap.clone())));
                        asking.lost(gap);
                        Then::Done
                    }
                    then => then,
                }
            }
            Outcome::Absent(heard) => {
                row.heard(heard.body);
                asking.absent();
                Then::Done
            }
            Outcome::Document(heard, size) => {
                row.heard(heard.body);
                asking.document(&heard, size);
                Then::Done
            }
            Outcome::Unreadable(error, heard) => {
                row.heard(heard.body);
                let gap = about(&self.place).unreadable(&heard, &error);
                self.events.push_back(Event::Gap(Box::new(gap.clone())));
                asking.lost(gap);
                Then::Done
            }
            Outcome::Refused(gap) => {
                gap.body.into_iter().for_each(|body| row.heard(body));
                asking.lost(*gap);
                Then::Done
            }
            // A conversation knows what it need not ask.
            Outcome::NotAsked if !source.collector.is_walked() => Then::Done,
            Outcome::NotAsked => {
                let gap = about(&self.place).silent_part(&row.item, asking.pages.number, self.time);
                self.events.push_back(Event::Gap(Box::new(gap.clone())));
                asking.lost(gap);
                Then::Done
            }
        };
        let more = then == Then::Ask || asking.next_variation(each);
        if more {
            row.asking.insert(index, asking);
            self.rows.insert(id, (branch, row));
            return self.ask_part(id, index);
        }
        row.join(each, asking.end(each));
        match row.asking.is_empty() {
            true => self.advance(id, branch, row),
            false => drop(self.rows.insert(id, (branch, row))),
        }
    }

    /// Lets a row go, and asks for the sources that follow it.
    fn complete(&mut self, branch: usize, row: Growing) {
        let tree = self.tree;
        let mut parent: Option<Arc<Parent>> = None;
        for follower in &tree.branches[branch].followers {
            let source = tree.branches[*follower].source;
            match row.is_followed_by(&tree.branches[*follower]) {
                Ok(false) => {}
                Ok(true) => {
                    let parent = parent.get_or_insert_with(|| Arc::new(row.parent()));
                    let parent = Arc::clone(parent);
                    for variation in 0..source.call.vary.len() {
                        self.begin(List::new(*follower, Some(Arc::clone(&parent)), variation));
                    }
                }
                Err(part) => {
                    let of = &tree.branches[branch].source.id;
                    let why = format!("`{part}` of `{}`, a row of `{of}`, could not be read", row.item);
                    let remedy = row.unread.get(part).map(|gap| gap.remedy.clone()).unwrap_or_else(Remedy::again);
                    self.not_asked(*follower, remedy, &why);
                }
            }
        }
        self.states[branch].rows -= 1;
        let source = tree.branches[branch].source;
        self.events.push_back(Event::Row(&source.id, Box::new(row.row(source, &self.place))));
    }

    /// Notes that a source was not asked for all rows of the one that it follows. `remedy` closes the gap there.
    fn not_asked(&mut self, branch: usize, remedy: Remedy, why: &str) {
        let (operation, region) = (&self.tree.branches[branch].source.call.operation, &self.place.region);
        let message = format!("{operation} in {region} was not asked for everything: {why}");
        let gap = self.about(branch).silent(GapReason::NotAttempted, remedy, message, self.time);
        self.lose(branch, gap);
    }

    /// Closes the lists that nothing can be added to any more.
    fn settle(&mut self) {
        let tree = self.tree;
        for (index, branch) in tree.branches.iter().enumerate() {
            let above = branch.parent.map(|parent| &self.states[parent]);
            let may_grow = above.is_some_and(|above| above.stage == Stage::Listing || above.rows > 0);
            let state = &self.states[index];
            if state.stage == Stage::Listed || state.lists > 0 || may_grow {
                continue;
            }
            self.states[index].stage = Stage::Listed;
            match self.states[index].broken.clone() {
                Some(remedy) => {
                    let why = format!("`{}` could not be listed whole", branch.source.id);
                    branch.followers.iter().for_each(|follower| self.not_asked(*follower, remedy.clone(), &why));
                }
                None => self.read(index),
            }
        }
    }

    fn read(&mut self, index: usize) {
        let branch = &self.tree.branches[index];
        // Where there was nothing to ask for, the list that says so is the evidence.
        let speaks = if self.states[index].asked == 0 { branch.parent.unwrap_or(index) } else { index };
        let mut evidence = self.states[speaks].evidence.clone();
        self.states[index].evidence.clone_from(&evidence);
        // In whatever order the answers came.
        evidence.sort();
        evidence.dedup();
        let (account, region) = (self.place.account.clone(), self.place.region.clone());
        self.events.push_back(Event::Read(&branch.source.id, Reading { account, region, evidence }));
    }

    fn about(&self, branch: usize) -> About<'_> {
        let source = self.tree.branches[branch].source;
        let (place, operation) = (&self.place, source.call.operation.as_str());
        About { source, place, operation, region: &self.place.region, item: None }
    }
}
