//! Every named error of the program, once: the engine's codes, Anchor's `#[error_code]` and the IDL come from this list.
//!
//! Families: 6000 session and authority · 6100 plan · 6200 scope · 6300 typed decoders · 6400 guards · 6500 limits and floors ·
//! 6600 terms · 6700 vault and owners. Numbers are never changed and never used again.

/// Calls `$callback!` with the list `(Name, number, "cause and fix")`. Written with `tt`s so that derive macros see plain tokens.
#[macro_export]
macro_rules! for_each_error {
    ($callback:ident) => {
        $callback! {
            (NotASession, 6000, "This account is not a session of this program; pass the session's address.")
            (UnknownVersion, 6001, "The account has a layout version that this program doesn't know.")
            (WrongConfig, 6002, "The session belongs to another vault config; pass the config it names.")
            (WrongVault, 6003, "This is not the vault of the config; pass the vault it names.")
            (NotSessionKey, 6004, "The first account must be the session key of this session, and sign.")
            (SessionRevoked, 6005, "The session was revoked; ask the owner for a new one.")
            (SessionExpired, 6006, "The session has expired; ask the owner for a new one.")
            (SessionNotStarted, 6007, "The session's window hasn't opened yet; wait until it starts.")
            (EpochStale, 6008, "The owner revoked all sessions, or the owners changed; ask for a new grant.")
            (UsesSpent, 6009, "All uses of the session are spent; ask the owner for a new one.")
            (NotTopLevel, 6010, "This instruction must stand in the transaction itself, not inside another program's call.")
            (SessionStillLive, 6011, "A live session can't be closed; revoke it or wait until it expires.")
            (DeadlineNotPassed, 6012, "The session can't be closed before its grant deadline has passed.")
            (NotAuthorized, 6013, "Only an owner, the guardian or the session key may do this.")
            (MissingSignature, 6014, "An account that must sign didn't sign.")
            (MissingAccount, 6015, "The instruction needs more accounts than were passed.")
            (WrongRentPayer, 6016, "Rent goes back to the payer that the session recorded; pass that account.")
            (WrongSessionAddress, 6017, "The session's address doesn't derive from the config and the session key.")
            (SessionExists, 6018, "This session key already has a session, or a revoked record, at this address; take a fresh key.")
            (NotAProposal, 6019, "This account is not a proposal of this program; pass the proposal's address.")
            (RevisionMismatch, 6020, "The session was renewed meanwhile: its revision is not the expected one. Read it again and renew that.")
            (NotCalledByProgram, 6021, "consume must be called by the rule's own program, which the transaction itself calls.")
            (MalformedPlan, 6100, "The plan's bytes end too early or hold a value that the format doesn't know.")
            (EmptyPlan, 6101, "The plan holds no inner instruction.")
            (TooManyInner, 6102, "A plan holds at most 16 inner instructions.")
            (TrailingBytes, 6103, "Bytes follow the end of the plan.")
            (IndexOutOfRange, 6104, "The plan names an account that wasn't passed.")
            (ForbiddenAccount, 6105, "Session key, session, config, this program and a writable instructions sysvar may not appear in a plan.")
            (SelfCall, 6106, "A plan may not call this program.")
            (KeysHashMismatch, 6107, "The accounts are not those that were hashed; a lookup table may have lied.")
            (AlreadyExecuted, 6108, "This once number was used before or is too old; the action has already run.")
            (SeqMismatch, 6109, "Another action ran first: the expected sequence number is not the session's.")
            (GrantMismatch, 6110, "The session was granted anew: its grant id is not the expected one.")
            (TooManyAccounts, 6111, "The instruction has more accounts than this program handles at once.")
            (RuleOutOfRange, 6200, "The plan names a rule that the session doesn't have.")
            (ProgramNotInScope, 6201, "The rule allows another program than the one called.")
            (InstructionNotInScope, 6202, "The rule allows another instruction than the one called.")
            (DataConstraintFailed, 6203, "An argument of the inner instruction breaks a data constraint of the rule.")
            (AccountConstraintFailed, 6204, "An account of the inner instruction breaks an account constraint of the rule.")
            (AccountCountRefused, 6205, "The inner instruction has more or fewer accounts than the rule allows.")
            (UnboundPosition, 6206, "A writable or executable account stands at a position that the rule doesn't constrain.")
            (VaultNotAllowed, 6207, "The vault stands at a position where the rule doesn't say vault.")
            (RuleUsesSpent, 6208, "All uses of this rule are spent.")
            (ProgramChanged, 6209, "The pinned program was upgraded after the grant.")
            (ModeMismatch, 6210, "Native rules are used by a game's own program, vault rules by execute.")
            (ArgumentCapExceeded, 6211, "The rule's cap on the sum of an argument would be exceeded.")
            (PositionKeyRefused, 6212, "Position keys are not allowed here, or the account isn't empty, or isn't this session's.")
            (ConsumeRequired, 6213, "The session or the rule counts its uses: the program must call verify_and_consume.")
            (AuthorityMismatch, 6214, "The session doesn't speak for this wallet or vault.")
            (TypedInstructionRefused, 6300, "The decoder of this program doesn't allow this instruction.")
            (TypedAccountsRefused, 6301, "The accounts of this instruction are not what its decoder expects.")
            (TypedDataRefused, 6302, "The data of this instruction is not what its decoder expects.")
            (SelfTransfer, 6303, "Source and destination are the same account.")
            (SourceNotVaults, 6304, "The source is not the vault or a clean token account of the vault.")
            (VaultChanged, 6400, "An inner instruction changed the vault's owner or gave it data.")
            (TokenAccountChanged, 6401, "An inner instruction changed more than the amount of a token account of the vault.")
            (TokenAccountClosed, 6402, "An inner instruction closed a token account of the vault.")
            (TokenAccountTooLarge, 6403, "Token accounts over 512 bytes are refused.")
            (TooManyTokenAccounts, 6404, "More token accounts of the vault than the program watches at once.")
            (DebitOnlyTouched, 6405, "A token account that the vault controls only in part may not be debited.")
            (ExtensionRefused, 6406, "A token account has a Token-2022 extension that the terms don't allow; name it in the terms or leave the account out.")
            (NoLimit, 6500, "The asset has no limit in the terms, so none of it may leave.")
            (LimitTotalExceeded, 6501, "More would leave than the limit's total has left.")
            (LimitPerExecuteExceeded, 6502, "More would leave than the limit allows per execute.")
            (LimitPerPeriodExceeded, 6503, "More would leave than the limit has left in this period.")
            (FloorNotMet, 6504, "Less came back than the rule's floor asks for what left.")
            (FloorAssetRefused, 6505, "Another asset than the floor's left under a floored rule.")
            (MinReceiveNotMet, 6506, "Less was received than min_receive asks.")
            (FeeRefused, 6507, "The fee budget doesn't allow this payment, or the sponsor didn't sign.")
            (ArithmeticOverflow, 6508, "A sum doesn't fit its type.")
            (TermsMalformed, 6600, "The terms' bytes end too early, go on too long, or hold a value that the format doesn't know.")
            (TermsTooLarge, 6601, "The terms exceed a bound: 32 keys, 8 limits, 16 rules, 3,072 bytes.")
            (EmptyScope, 6602, "The terms allow nothing: they hold no rule.")
            (BadWindow, 6603, "The window is empty, over already, or ends more than 365 days from now.")
            (BadUses, 6604, "Uses must be at least 1; unlimited is a flag of its own.")
            (DuplicateKey, 6605, "A key stands twice in the key table.")
            (DuplicateRule, 6606, "Two rules have the same id or the same content.")
            (DuplicateLimit, 6607, "Two limits name the same asset and source.")
            (ReservedProgram, 6608, "No session may call this program.")
            (UnsafeRule, 6609, "The rule would allow something that can't be made safe.")
            (BadDiscriminator, 6610, "The discriminator's length isn't one that this program uses.")
            (BadConstraint, 6611, "A constraint names an unknown kind, operator, key or position, or has a wrong length.")
            (BadLimit, 6612, "A limit has a zero total, a zero part, or names an unknown asset or source.")
            (BadFloor, 6613, "A floor needs two different assets and amounts above zero.")
            (MintMissing, 6614, "The mint of a limit or floor must be passed as an account.")
            (MintRefused, 6615, "The mint can't be used: it is not a mint, or has an extension that isn't allowed.")
            (FeatureRefused, 6616, "The terms ask for something that this program doesn't offer.")
            (ReservedSessionKey, 6617, "This key can't be a session key: default, off curve, the vault, the config, or an owner.")
            (EpochMismatch, 6618, "The grant names another epoch than the vault's; approve again.")
            (PeriodInUse, 6619, "A limit's period can't change its length while the current period has spend; keep the length or wait for the next period.")
            (SpentLimitDropped, 6620, "A limit that was used can't be dropped; keep it, a total at or below what was spent leaves nothing.")
            (RuleIdReused, 6621, "A rule with this id names another program, mode or instruction; give the new rule an id of its own.")
            (NotAVaultConfig, 6700, "This account is not a vault config of this program.")
            (NotAnOwner, 6701, "A signer is not an owner of this vault.")
            (ThresholdNotMet, 6702, "Fewer owners signed than the threshold asks.")
            (TimelockRequiresProposal, 6703, "This vault has a timelock: the act must go through a proposal.")
            (DurableNonceRefused, 6704, "An owner's act may not stand in a durable-nonce transaction.")
            (BadOwner, 6705, "This key can't be an owner.")
            (WrongSysvar, 6706, "The account is not the instructions sysvar.")
            (DeadlineTooFar, 6707, "The deadline is in the past, or further away than this act allows.")
            (RawInstruction, 6708, "This instruction is read by the raw entry and can't be reached here.")
            (VaultConfigExists, 6709, "This vault config is open already; nothing needs to be done.")
            (WrongConfigAddress, 6710, "The config's address doesn't derive from the owner and the index, or from the base.")
            (OwnersNotSorted, 6711, "Owners must be sorted by their bytes, each once.")
            (BadThreshold, 6712, "The threshold must be at least 1 and at most the number of owners, who are at most 10.")
            (TimelockTooLong, 6713, "A timelock is at most 30 days.")
            (DuplicateOwner, 6714, "An owner was passed twice; pass each owner who signs once.")
            (ProposalIncomplete, 6715, "The proposal isn't wholly written yet.")
            (ProposalNotReady, 6716, "The proposal can't be enacted yet: approvals are missing, or its timelock hasn't passed.")
            (ProposalExpired, 6717, "The proposal's deadline has passed, or the owners revoked everything or changed since; propose again.")
            (ProposalHashMismatch, 6718, "The proposal's content is not the one that was approved; read it again.")
            (AlreadyApproved, 6719, "This owner has approved the proposal already.")
            (WrongProposalKind, 6720, "The proposal carries another act than this one.")
            (ProposalSettled, 6721, "All owners but one have approved this change of owners: it can't be cancelled any more.")
            (ProposalExists, 6722, "A proposal with this id is open already; choose another id.")
            (WrongProposalAddress, 6723, "The proposal's address doesn't derive from the config and the id.")
            (WrongProposalPayer, 6724, "Only the payer that the proposal recorded may write it, and its rent goes back there; pass that account.")
            (ProposalMalformed, 6725, "The proposal's bytes are not those of its kind, or begin at another offset than was written so far.")
            (ProposalTooLarge, 6726, "A proposal carries at most 4,096 bytes.")
            (VaultSound, 6727, "The vault is System-owned and empty: there is nothing to recover; use owner_execute.")
        }
    };
}

macro_rules! define_error_code {
    ($(($name:ident, $number:literal, $message:literal))*) => {
        /// A named error of the program; its number is its code on chain.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u32)]
        pub enum ErrorCode {
            $(#[doc = $message] $name = $number,)*
        }

        /// All errors, in the order of the list.
        pub const ALL_ERRORS: &[ErrorCode] = &[$(ErrorCode::$name,)*];

        impl ErrorCode {
            /// The error of a number, if there is one.
            pub const fn from_code(code: u32) -> Option<Self> {
                match code {
                    $($number => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// The name, as in the list.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// Cause and fix, in one or two sentences.
            pub const fn message(self) -> &'static str {
                match self { $(Self::$name => $message,)* }
            }
        }
    };
}
for_each_error!(define_error_code);

impl ErrorCode {
    /// The number on chain.
    pub const fn code(self) -> u32 {
        self as u32
    }
}
