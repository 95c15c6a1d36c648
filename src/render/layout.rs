//! How wide columns become, and which are left out, so that a row fits a terminal.

/// Cells between two columns.
pub(super) const GAP: usize = 2;

/// What is known of a column before it is laid out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    /// Cells of its widest value, header included.
    pub natural: usize,
    /// Cells below which it is better left out.
    pub least: usize,
    /// The higher, the later it is left out; `None` if it never is.
    pub need: Option<u8>,
}

/// Widths for columns that fit into `room` cells, gaps included; `None` for a column that is left out.
pub(super) fn fit(wishes: &[Wish], room: usize) -> Vec<Option<usize>> {
    let mut shown = vec![true; wishes.len()];
    loop {
        let least = |wish: &Wish| wish.least.min(wish.natural).max(1);
        if total(wishes, &shown, least) <= room {
            return spread(wishes, &shown, room, least);
        }
        let droppable = (0..wishes.len()).filter(|index| shown[*index] && wishes[*index].need.is_some());
        match droppable.min_by_key(|index| wishes[*index].need) {
            Some(index) if shown.iter().filter(|shown| **shown).count() > 1 => shown[index] = false,
            _ => break,
        }
    }
    // What is left must stay; it shrinks to one cell each, and what then does not fit goes from the right.
    while total(wishes, &shown, |_| 1) > room && shown.iter().filter(|shown| **shown).count() > 1 {
        let last = shown.iter().rposition(|shown| *shown).expect("more than one is shown");
        shown[last] = false;
    }
    spread(wishes, &shown, room, |_| 1)
}

fn total(wishes: &[Wish], shown: &[bool], width: impl Fn(&Wish) -> usize) -> usize {
    let widths = wishes.iter().zip(shown).filter(|(_, shown)| **shown).map(|(wish, _)| width(wish));
    let (count, sum) = widths.fold((0_usize, 0_usize), |(count, sum), width| (count + 1, sum.saturating_add(width)));
    sum.saturating_add(count.saturating_sub(1) * GAP)
}

/// Gives every shown column its least width, then what room is left evenly to those that want more.
fn spread(wishes: &[Wish], shown: &[bool], room: usize, least: impl Fn(&Wish) -> usize) -> Vec<Option<usize>> {
    let mut widths: Vec<Option<usize>> =
        wishes.iter().zip(shown).map(|(wish, shown)| shown.then(|| least(wish))).collect();
    let mut left = room.saturating_sub(total(wishes, shown, &least));
    while left > 0 {
        let hungry: Vec<usize> = (0..wishes.len())
            .filter(|index| widths[*index].is_some_and(|width| width < wishes[*index].natural))
            .collect();
        if hungry.is_empty() {
            break;
        }
        let share = (left / hungry.len()).max(1);
        for index in hungry {
            let Some(width) = &mut widths[index] else { continue };
            let more = share.min(wishes[index].natural - *width).min(left);
            *width += more;
            left -= more;
        }
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(natural: usize, least: usize, need: u8) -> Wish {
        Wish { natural, least, need: (need > 0).then_some(need) }
    }

    #[test]
    fn the_least_needed_goes_first_and_the_rest_shrinks() {
        let wishes = [wish(20, 10, 9), wish(30, 20, 8), wish(24, 24, 1)];
        assert_eq!(fit(&wishes, 80), [Some(20), Some(30), Some(24)]);
        assert_eq!(fit(&wishes, 60), [Some(11), Some(21), Some(24)]);
        assert_eq!(fit(&wishes, 55), [Some(20), Some(30), None]);
        assert_eq!(fit(&wishes, 20), [Some(20), None, None]);
        assert_eq!(fit(&wishes, 1), [Some(1), None, None]);
    }

    #[test]
    fn chosen_columns_stay_while_a_cell_fits() {
        let wishes = [wish(20, 10, 0), wish(1_000_000, 20, 0)];
        assert_eq!(fit(&wishes, 80), [Some(20), Some(58)]);
        assert_eq!(fit(&wishes, 4), [Some(1), Some(1)]);
        assert_eq!(fit(&wishes, 3), [Some(3), None]);
        assert_eq!(fit(&wishes, 0), [Some(1), None]);
    }
}
