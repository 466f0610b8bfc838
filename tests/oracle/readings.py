"""Where rules.md leaves a choice: what the oracle takes it to say, one line each, with the section."""

READINGS: tuple[str, ...] = (
    "§2 grace and 'late' compare whole counted minutes: in at 07:35:59 with grace 5 is within grace.",
    "§2 a punch named by `employee` belongs to that person whatever the pins say; listed pins replace the default.",
    "§2 `inside a network outage` (scenario.md) is decided by `at` as the terminal sent it, `to` excluded.",
    "§3.1 not employed: unit is None, symbols am and pm are empty, no flags even when punches lie on the date.",
    "§3.2 whole-day entry and session entries are each resolved nearest unit first; then ANY whole-day entry, also "
    "`workday` and `swapped_work` and one of a farther unit, sets the session entries aside.",
    "§3.2 an entry without `unit` is the farthest of all; without recorded_at the earliest; a tie goes to the later "
    "written.",
    "§3.2 `workday` on a date whose weekday is not in `weekdays` brings `sessions`, never by_weekday.",
    "§3.2 swapped_work: version of the date itself, hours of the weekday of `for` (by_weekday if that weekday is in "
    "`weekdays`, else `sessions`).",
    "§3.2 a session entry swapped_work (or workday) on a weekday not in `weekdays` brings that session alone; the day "
    "kind is then swapped_work (or workday), the other sessions are `-`.",
    "§3.2 a session entry for a session not scheduled that day changes nothing.",
    "§3.5 of two leaves of one session the first written gives the symbol.",
    "§3.6 a window exemption flags its code only where it covers minutes that leave left (a mission there or not).",
    "§3.7 the minutes are the first/last of all the date's minutes left by leave, missions and window exemptions.",
    "§4 whether a punch is a repeat is decided after off-site punches are taken out; its flag stands by its own window "
    "or date, not those of the kept punch; it carries duplicates_ignored and clock_corrected, never "
    "off_schedule_punch.",
    "§4 of punches of one second, of which all but one are repeats, the one of the terminal first by name is kept, an "
    "in before an out.",
    "§4 neighbouring sessions for borders are those that have a window: covered, leave and calendar-taken ones do not "
    "count.",
    "§4 an off-site punch in no window is off_site_punch on its calendar date (terminals: of the assignment or a site "
    "fact for the whole date).",
    "§4 a site fact replaces the terminals of the assignment for its session; without `session` or with `all`, for the "
    "date.",
    "§4 sessions wholly taken away (R empty) are in no stretch and get no worked minutes, also under first_last.",
    "§4 a stretch is judged across its sessions like first_last: a session that ended at or before the in, or began at "
    "or after the out, is `absent`; late/early stand in the first/last session of presence.",
    "§4 'ended/began' are the session's own start and end, not the required ones.",
    "§4 lone-after-all is asked of what is judged together (session, stretch, day under first_last), with its first "
    "required start and last required end; `within repeat_minutes` includes exactly that.",
    "§4 equal distances: the lone punch is out.",
    "§5 settled: every terminal of every session of the group must be read past the end of the group's last window.",
    "§5 unsettled comes first: terminal_not_synced alone, an outage is not concluded yet. It holds for future days "
    "too.",
    "§5 sessions that papers cover wholly need no coverage.",
    "§5 absent_over_minutes: late and early each only if beyond its own grace; symbol KP.",
    "§5 first_last with both punches in a break: every session absent.",
    "§5 dead outage and a late in: hits when some moment t, required start <= t < in, is dead on all terminals; early "
    "out: out <= t <= required end. An outage that ends at the required time, or begins at the in, does not hit.",
    "§5 dead outage: one that begins exactly at the required end covers it (`from` is included).",
    "§5 dead outage: a lone punch stands for its side (lone-after-all: first as in, last as out); the other side is "
    "missing, so only its required time counts; on a hit nothing is said of a missing punch.",
    "§5 dead outage on a stretch as under first_last; on a hit with no session of presence, all.",
    "§5 dead outage: the terminals are those of the session of the required time (first or last of the group).",
    "§5 outages, clock offsets and invalid clocks are known at every as_of; duties and site facts once approved_at is.",
    "§6 an approved paper on a missing punch credits the unverified minutes whatever its `minutes`, also of one "
    "session; one on `unverified` too; `unverified` does not reach terminal_not_synced.",
    "§6 a paper must name the session and the type where the violation stands.",
    "§6 approved with 0 minutes: counted. Approved without `minutes`: all.",
    "§6 explanation_after_deadline stands once submitted_at is not after as_of, whether or not a violation matches; a "
    "late one not accepted counts as not there, a late refusal too.",
    "§6 working days of the deadline: dates after the day with kind workday or swapped_work while employed.",
    "§7 the version's session names are those of `sessions` and of by_weekday together.",
    "§3.4 a day whose only sessions the calendar takes away alone has none: a duty can count on it. Several "
    "duties that "
    "count on one day off are each a session; a name is given once.",
    "§3.4 `not employed then` is asked of the date the duty starts on; pregnancy_m7 of the date of each minute "
    "of night.",
    "§3.4 a stretch with a duty at its end begins or ends with the duty for what is lone, settled or missing; "
    "late, early "
    "and outages at a punch that is there are asked of the sessions' own required times.",
    "§3.4 a duty between two sessions of a date that is judged as a whole does not part them.",
    "§4 under home_only a duty has the terminals of its date.",
    "§4 an annulled punch carries punch_annulled alone (off_site_punch alone when it was made elsewhere too); "
    "it is named "
    "by person, terminal and the time as sent.",
    "§4 direction: the out is the last punch that is not an in; any in after it means the out is missing. Lone "
    "after all: "
    "only when all punches have the same known direction is that the side; else the nearer one.",
    "§4 check_in_only: a session that ended exactly at the in is absent; the in is the first punch that is not an out, "
    "the first of all where every one is an out; grace and absent_over_minutes hold.",
    "§4 exempt: nothing is worked, whoever punched; its sessions have windows.",
    "§4 track_mid_session: inner punches whose known directions contradict out/in conclude nothing, like an odd "
    "number; "
    "the flag stands on the date of the first session judged with them.",
    "§5 invalid clock: of any terminal the person depends on (no `every`, unlike outages); punches under it never "
    "count, not as repeats either. With an outage both flags stand.",
    "§5 invalid clock, of several sessions judged together: unverified is the session in whose window the punch lies; "
    "at a required time it works as an outage does (up to the first session of presence, or from the last); with one "
    "punch or none, all. The others are judged by the punches that count.",
    "§6 of several decided papers about one question the one decided last holds; several gaps share the minutes "
    "of one.",
    "§8 an order that overlaps a session counts as if it began or ended where the session does; `between` excludes the "
    "order's own ends; without a punch in its window nothing is carried over.",
    "§8 overtime minutes are whole minutes of the sum of seconds; from and to are cut down to the minute; a "
    "stoppage is NT.",
    "§2 wall times of the zone, and everything counted, are instants: a night with 23 hours has 60 minutes less; so is "
    "the distance of a punch from its receipt.",
    "§3.2 swapped_work of one session on a working day: that session follows the hours of the weekday of `for`, if it "
    "has one of that name; the day stays a workday.",
    "§3.4 a duty of a person not employed then is refused for that alone, also when it is forbidden by night.",
    "§3.4 a duty that counts and overlaps a session is one stretch with it; each keeps all its minutes, since the "
    "ledger is that of a day. Other sessions of one person that overlap (after a transfer) are Undecided.",
    "§3.4 one duty that touches another is one stretch with it, over as many dates as there are.",
    "§5 a finding stands on the date of the session; from the session's start, without its end; one for each visit.",
    "§5 `before` the visit: approved_at is earlier; at the same moment is not. Without approved_at it always was.",
    "§5 a reason is what took that minute from what is required: leave, mission, exemption, each as far as approved "
    "before; also an explanation of `absent` in that session decided before. One of late or early is not.",
    "§5 mission_approved_after_inspection: a mission over the minute, approved at the visit or later, and no reason "
    "before.",
    "§8 a second lock of a locked month, and a reopening of an open one, are none; a version is added by a reopening.",
    "§8 a day is locked by the lock of the unit it belonged to as known at that lock; of two the earlier holds. Who "
    "was assigned later to a locked month is not employed in it, and the day carries fact_after_lock.",
    "§8 facts of a person and date: papers, punches, assignments; calendar and hours are rules. A refusal is one.",
    "§8 a paper with a window is about the dates it touches, and about the date of a session that it touches after "
    "midnight; a punch and its annulment are about the date on which the punch stands (§4).",
    "§8 facts known at the moment of the lock are in it; quarantined punches are nobody's facts.",
    "§8 lockable says nothing of whether the month is locked already. Without a grade whose bounds fit there is none.",
    "§8 of two neighbouring orders the border is in the middle, as with sessions.",
)
