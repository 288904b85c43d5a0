//! Check digits: whether the rest of an identifier was copied as it is. Each takes a text of the right form.

/// VIN (49 CFR 565.15 (c)): the ninth character, of vehicles for North America, whose first one is 1 to 5. Elsewhere the
/// place is the manufacturer's to fill (ISO 3779).
pub(super) fn vin(vin: &str) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    if !vin.starts_with(|c| ('1'..='5').contains(&c)) {
        return true;
    }
    let sum: u32 = vin.chars().zip(WEIGHTS).map(|(c, weight)| vin_value(c) * weight).sum();
    let expected = match sum % 11 {
        10 => Some('X'),
        digit => char::from_digit(digit, 10),
    };
    vin.chars().nth(8) == expected
}

/// What a character of a VIN counts: letters in three rows, from which I, O and Q are missing.
fn vin_value(c: char) -> u32 {
    match c {
        'A'..='H' => u32::from(c) - u32::from('A') + 1,
        'J'..='R' => u32::from(c) - u32::from('J') + 1,
        'S'..='Z' => u32::from(c) - u32::from('S') + 2,
        _ => c.to_digit(10).unwrap_or_default(),
    }
}

/// The last digit of any GS1 number (GS1 General Specifications, 7.9.1): from the right the weights are 1, 3, 1, 3, …, the
/// check digit's included, and the sum is a multiple of ten.
pub(super) fn gs1(number: &str) -> bool {
    let sum: u32 = digits(number).rev().zip([1, 3].into_iter().cycle()).map(|(digit, weight)| digit * weight).sum();
    sum.is_multiple_of(10)
}

/// The last digit of a MaLo-ID (BDEW, "Identifikatoren in der Marktkommunikation"): from the left the weights are 1, 2, 1,
/// 2, …, that of the check digit 1, and the sum is a multiple of ten. Unlike Luhn's, products keep their two digits.
pub(super) fn malo(number: &str) -> bool {
    let sum: u32 = digits(number).zip([1, 2].into_iter().cycle()).map(|(digit, weight)| digit * weight).sum();
    sum.is_multiple_of(10)
}

/// The last digit of an MPAN, as it is published for them: the weights are the primes from 3 on without 11, and the sum is
/// taken modulo 11, of which 10 is written 0.
pub(super) fn mpan(number: &str) -> bool {
    const WEIGHTS: [u32; 12] = [3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43];
    let sum: u32 = digits(number).zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    digits(number).next_back() == Some(sum % 11 % 10)
}

/// The last two digits of an MPRN, as it is published for them: the others, weighted from the right with 1, 2, 3, …, modulo 11.
pub(super) fn mprn(number: &str) -> bool {
    let mut from_right = digits(number).rev();
    let (ones, tens) = (from_right.next().unwrap_or_default(), from_right.next().unwrap_or_default());
    let sum: u32 = from_right.zip(1..).map(|(digit, weight)| digit * weight).sum();
    tens * 10 + ones == sum % 11
}

/// The two letters behind the number of a CUPS (`P.O.` 10.8 of the Spanish system operator): its remainder modulo 529, as
/// two digits to the base of 23.
pub(super) fn cups(cups: &str) -> bool {
    const LETTERS: &str = "TRWAGMYFPDXBNJZSQVHLCKE";
    let remainder =
        cups.chars().skip(2).take(16).filter_map(|c| c.to_digit(10)).fold(0, |rest, digit| (rest * 10 + digit) % 529);
    let letter = |index: u32| LETTERS.chars().nth(usize::try_from(index).unwrap_or(usize::MAX));
    let mut control = cups.chars().skip(18);
    control.next() == letter(remainder / 23) && control.next() == letter(remainder % 23)
}

fn digits(number: &str) -> impl DoubleEndedIterator<Item = u32> {
    number.chars().filter_map(|c| c.to_digit(10))
}
