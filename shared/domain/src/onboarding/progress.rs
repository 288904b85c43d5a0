//! The words for how a request goes on.

use crate::words::words;

words! {
    /// How far a request has come. The last three are its ends.
    OnboardingStatus {
        /// Its owner has not answered yet.
        Pending = "Pending",
        /// He has agreed; what is left is being done.
        InProgress = "InProgress",
        /// There is an entity.
        Succeeded = "Succeeded",
        /// There is none, and there will be none.
        Failed = "Failed",
        /// The owner or the organisation has ended it.
        Canceled = "Canceled",
    }
}

words! {
    /// Why a request has failed, for programs and for whoever has to act on it.
    FailureCode {
        /// The owner has refused at the manufacturer's sign-in.
        RefusedByOwner = "refused_by_owner",
        /// The manufacturer did not accept the sign-in.
        SignInFailed = "sign_in_failed",
        /// The manufacturer could not be reached, for as long as it was tried.
        ManufacturerUnreachable = "manufacturer_unreachable",
        /// The device is none of those of whoever signed in.
        NotYourDevice = "not_your_device",
        /// The device was found, and could not be connected.
        NotConnected = "not_connected",
        /// Nobody did in time what had to be done.
        Expired = "expired",
        /// A new owner has proved the device to be his.
        TakenOver = "taken_over",
    }
}

words! {
    /// How far a step has come.
    StepState {
        /// Its turn has not come.
        Waiting = "Waiting",
        /// It is what happens next.
        Current = "Current",
        /// It is done.
        Done = "Done",
        /// The request failed in it.
        Failed = "Failed",
        /// The request was ended in it.
        Canceled = "Canceled",
    }
}

words! {
    /// Who ended a request.
    CanceledBy {
        /// The owner of the device.
        Owner = "Owner",
        /// The organisation that asked.
        Organisation = "Organisation",
    }
}

words! {
    /// What happened to a request.
    Happening {
        /// It was created.
        Created = "Created",
        /// The owner agreed.
        Agreed = "Agreed",
        /// The owner declined.
        Declined = "Declined",
        /// The owner signed in at the manufacturer.
        SignedIn = "SignedIn",
        /// The device was connected.
        Connected = "Connected",
        /// It failed.
        Failed = "Failed",
        /// The organisation ended it.
        Canceled = "Canceled",
        /// Its time was up.
        Expired = "Expired",
        /// A new owner proved the device to be his.
        TakenOver = "TakenOver",
        /// The owner withdrew his consent.
        Withdrawn = "Withdrawn",
    }
}
