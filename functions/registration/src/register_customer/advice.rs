//! What is said of a password that is easy to guess. The estimate gives a reason and hints; the words
//! are ours, to go with those of all other faults, and never repeat the password.

use zxcvbn::feedback::{Feedback, Suggestion, Warning};

/// The message: why, as far as that is known, and what would help.
pub(crate) fn about(feedback: Option<&Feedback>) -> String {
    let why = feedback.and_then(Feedback::warning).map(because);
    let hints = feedback.map(Feedback::suggestions).unwrap_or_default();
    let mut parts: Vec<_> = hints.iter().map(|hint| help(*hint)).collect();
    if parts.is_empty() {
        parts.push(help(Suggestion::AddAnotherWordOrTwo));
    }
    let why = why.map(|why| format!(", for it {why}")).unwrap_or_default();
    format!("is easy to guess{why}: {}", parts.join("; "))
}

const fn because(warning: Warning) -> &'static str {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess => "follows a row of the keyboard",
        Warning::ShortKeyboardPatternsAreEasyToGuess => "follows a pattern on the keyboard",
        Warning::RepeatsLikeAaaAreEasyToGuess => "repeats one character",
        Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => "repeats a few characters",
        Warning::ThisIsATop10Password => "is one of the ten most common passwords",
        Warning::ThisIsATop100Password => "is one of the hundred most common passwords",
        Warning::ThisIsACommonPassword => "is a common password",
        Warning::ThisIsSimilarToACommonlyUsedPassword => "is close to a common password",
        Warning::SequencesLikeAbcAreEasyToGuess => "has characters in their usual order",
        Warning::RecentYearsAreEasyToGuess => "has a recent year in it",
        Warning::AWordByItselfIsEasyToGuess => "is a single word",
        Warning::DatesAreOftenEasyToGuess => "has a date in it",
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess => "is a single name",
        Warning::CommonNamesAndSurnamesAreEasyToGuess => "is made of common names",
    }
}

const fn help(suggestion: Suggestion) -> &'static str {
    match suggestion {
        Suggestion::UseAFewWordsAvoidCommonPhrases => "take several words that do not usually go together",
        Suggestion::NoNeedForSymbolsDigitsOrUppercaseLetters => "digits, signs and capitals are not needed",
        Suggestion::AddAnotherWordOrTwo => "add one or two uncommon words",
        Suggestion::CapitalizationDoesntHelpVeryMuch => "a capital at the start gains little",
        Suggestion::AllUppercaseIsAlmostAsEasyToGuessAsAllLowercase => "capitals throughout gain little",
        Suggestion::ReversedWordsArentMuchHarderToGuess => "words spelt backwards gain little",
        Suggestion::PredictableSubstitutionsDontHelpVeryMuch => "signs in the place of letters gain little",
        Suggestion::UseALongerKeyboardPatternWithMoreTurns => "leave patterns on the keyboard out",
        Suggestion::AvoidRepeatedWordsAndCharacters => "do not repeat words or characters",
        Suggestion::AvoidSequences => "leave runs such as abc or 6543 out",
        Suggestion::AvoidRecentYears => "leave recent years out",
        Suggestion::AvoidYearsThatAreAssociatedWithYou => "leave years out that have to do with you",
        Suggestion::AvoidDatesAndYearsThatAreAssociatedWithYou => "leave dates and years out that have to do with you",
    }
}
