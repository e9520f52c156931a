"""What the dispatch panel says of an incident, from a dossier and an instant, without a window."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from app.domain.assignment import AssignmentState
from app.domain.incident import State, allowed
from app.domain.op import OpKind
from app.services import dispatch, follow_up, intake, triage
from app.services.dossier import dossier
from tests.support.desks import NOW, HandClock, desk, words
from ui.dispatch import clocks, facts, history, rows
from ui.dispatch.actions import ENTER, KEYS, VERIFY_FAILED, actions, asked, phrases
from ui.dispatch.choice import Choice
from ui.dispatch.commands import command

MINUTE = 60_000
ZH, EN = words("zh"), words("en")
REPORT = intake.Report(
    "餐饮油污直排绣川河", "hotline", detail="油膜约 20 米", item="水-0642", lon=104.33, lat=30.862,
    caller="李某某", phone="13812342207",
)  # fmt: skip


class Story:
    """One incident of a desk; each step a minute after the last."""

    def __init__(self, report=REPORT):
        self.clock = HandClock(NOW)
        self.desk = desk(self.clock)
        self.key = intake.report(self.desk, report).key

    def then(self, verb, *args, minutes=1, **named):
        self.clock.at += minutes * MINUTE
        done = verb(self.desk, self.key, *args, **named)
        assert done.refusal is None, done.refusal
        return self

    @property
    def dossier(self):
        return dossier(self.desk, self.key)

    def order(self, i):
        return self.dossier.incident.assignments[i].id

    def do(self, op, text="", chosen=(), candidate=0, order=""):
        """Do what the panel would: the action of this op, by its own command."""
        self.clock.at += MINUTE
        found = {a.op: a for a in actions(self.dossier, candidate, order, ZH)}
        done = command(found[op], self.key, text, chosen)(self.desk)
        assert done.refusal is None, done.refusal
        return self

    def ops(self):
        return [a.op for a in actions(self.dossier, 0, "", ZH)]

    def first(self):
        return actions(self.dossier, 0, "", ZH)[0]


def test_it_needs_no_qt():
    names = "facts clocks rows history actions choice commands"
    code = "import sys\n" + "\n".join(f"import ui.dispatch.{n}" for n in names.split())
    code += "\nassert not [m for m in sys.modules if m.startswith(('PySide6', 'shiboken6'))]"
    subprocess.run([sys.executable, "-c", code], check=True)


# Head and facts


def test_the_head_says_level_state_and_loop_and_only_what_happened():
    story = Story()
    said = facts.head(story.dossier, ZH)
    assert (said.title, said.severity, said.number) == (REPORT.title, 2, story.dossier.incident.number)
    assert [p.words for p in said.pills] == ["紧急", "待受理", "大循环"]
    story.then(dispatch.supervise, "快").then(triage.accept)
    moved = replace(story.dossier, incident=replace(story.dossier.incident, moved=True))
    assert [p.words for p in facts.head(moved, ZH).pills] == [
        "紧急",
        "待派单",
        "大循环",
        "位置为移入",
        "督办 1",
    ]
    assert [p.words for p in facts.head(moved, EN).pills][-1] == "Supervised 1"


def test_facts_are_masked_and_a_matter_is_not_its_own_neighbour():
    story = Story()
    said = {f.label: f.words for f in facts.facts(story.dossier, ZH)}
    assert said["来电"] == "李** · 138****2207"
    assert said["事项"].endswith("水-0642")
    assert said["来源"] == "12345"
    assert said["附近"] == "90 天内无"
    intake.report(story.desk, REPORT)
    assert {f.label: f.words for f in facts.facts(story.dossier, ZH)}["附近"] == "90 天 1 件 · 在办 1"


def test_what_is_not_known_is_not_there():
    place = next(p.id for p in desk().lists.now().places.values() if p.name.startswith("绣川"))
    story = Story(intake.Report("Rats", "import", place=place, ref="boston311:1010"))
    said = {f.label: f.words for f in facts.facts(story.dossier, ZH)}
    assert "来电" not in said
    assert "附近" not in said
    assert said["事项"] == "未列入清单"
    assert said["来源"] == "导入 · 1010"


def test_why_names_the_rule_its_reason_and_every_rule_that_missed():
    story = Story()
    why = facts.why(story.dossier, ZH)
    considered = story.dossier.decision["considered"]
    assert why.count == len(considered)
    assert why.first[0].mark == "hit"
    assert story.dossier.decision["rule"] in why.first[0].words
    assert why.first[1].words == next(
        r.why for r in story.dossier.lists.rules if r.id == story.dossier.decision["rule"]
    )
    missed = [line for line in (*why.first, *why.rest) if "未命中" in line.words]
    assert len(missed) == len(considered) - 1


def test_an_imported_matter_says_that_no_rule_was_asked():
    story = Story()
    bare = replace(story.dossier, decision={}, incident=replace(story.dossier.incident, ref="b:1"))
    assert [line.words for line in facts.why(bare, ZH).first] == ["导入的事件，未经派单规则"]
    assert facts.why(replace(story.dossier, decision={}), EN).count == 0


# Clocks


def test_running_rings_say_what_is_left_the_limit_and_until_when():
    story = Story()
    accept, _, resolve = clocks.rings(story.dossier, NOW + 3 * MINUTE, ZH)
    assert (accept.ink, accept.inside, accept.first, accept.second) == ("acc", "7 分", "限 10 分", "至 14:10")
    assert accept.share == pytest.approx(0.3, abs=0.001)
    assert (resolve.inside, resolve.first, resolve.second) == ("2:57", "限 3 时", "至 17:00")


def test_a_ring_near_its_end_is_due_and_past_it_over():
    story = Story()
    assert clocks.rings(story.dossier, NOW + 9 * MINUTE, ZH)[0].ink == "high"
    assert clocks.rings(story.dossier, NOW + 151 * MINUTE, ZH)[2].ink == "high"
    over = clocks.rings(story.dossier, NOW + 48 * MINUTE, ZH)[0]
    assert (over.ink, over.inside, over.first, over.share, over.loud) == ("crit", "超", "超 38 分", 1.0, True)


def test_a_ring_done_in_time_is_a_tick_and_done_late_is_not():
    story = Story().then(triage.accept, minutes=2)
    done = clocks.rings(story.dossier, NOW + 5 * MINUTE, ZH)[0]
    assert (done.ink, done.inside, done.first, done.second) == ("ok", "", "用 2 分", "限 10 分")
    late = clocks.rings(Story().then(triage.accept, minutes=25).dossier, NOW + 30 * MINUTE, ZH)[0]
    assert (late.ink, late.first) == ("crit", "超 15 分")


def test_a_suspended_clock_stands_and_goes_on_with_what_was_left():
    story = Story().then(triage.accept).then(follow_up.suspend, "等检测", minutes=9)
    faces = [clocks.rings(story.dossier, NOW + n * MINUTE, ZH)[2] for n in (20, 200)]
    assert faces[0] == faces[1]
    assert (faces[0].ink, faces[0].inside, faces[0].first) == ("t3", "停", "停表，余 2:50")
    story.then(follow_up.resume, minutes=60)
    after = clocks.rings(story.dossier, story.clock.at, ZH)[2]
    assert (after.inside, after.share) == ("2:50", faces[0].share)


def test_no_limit_is_said_in_words():
    bare = replace(
        Story().dossier.incident, item="", accept_due=None, respond_due=None, resolve_due=None,
        due_note="calendar_year_unknown:2031",
    )  # fmt: skip
    story = replace(Story().dossier, incident=bare)
    assert {(f.inside, f.first) for f in clocks.rings(story, NOW, ZH)} == {("—", "无时限")}
    assert "2031" in facts.due_note(story, ZH)


# Rows


def test_work_orders_lead_first_with_how_they_stand():
    story = (
        Story()
        .then(triage.accept)
        .then(dispatch.assign, "d-hj1")
        .then(dispatch.whistle, ["d-zf", "d-rq"], "会同")
    )
    story.then(dispatch.acknowledge, story.order(0)).then(dispatch.report_in, story.order(0))
    story.then(dispatch.give_back, story.order(2), "不在职责内")
    found = rows.orders(story.dossier, story.clock.at + 2 * MINUTE, ZH)
    assert [(r.badge, r.mark, r.ended, r.stands) for r in found] == [
        ("主", "tick", False, "到场 3 分"), ("协", "dot", False, "未应答 5 分"),
        ("协", "end", True, "已退回"),
    ]  # fmt: skip
    assert found[2].tip.endswith("不在职责内")
    assert rows.orders_note(story.dossier, ZH) == "到场 1/2"
    late = rows.orders(story.dossier, NOW + 41 * MINUTE, ZH)[1]
    assert (late.stands, late.alarm, late.ink) == ("未应答，超 11 分", True, "crit")


def test_candidates_say_reasons_shortfalls_and_how_far():
    story = Story()
    found = rows.candidate_rows(story.dossier, ZH)
    assert [r.index for r in found] == list(range(1, len(found) + 1))
    assert "有权" in found[0].reasons
    assert found[0].minutes.endswith("分")
    assert found[0].distance.endswith("公里")
    assert rows.candidates_note(story.dossier.candidates, ZH) == ("按权力、空闲、距离、技能", False)
    assert rows.candidates_note((), ZH)[1]
    useless = [replace(c, shortfalls=("full",)) for c in story.dossier.candidates]
    assert rows.candidates_note(useless, EN) == ("None meets every need; see each row", True)


def test_the_timeline_is_newest_first_and_keeps_what_was_refused():
    story = Story().then(triage.accept)
    assert follow_up.close(story.desk, story.key).refusal is not None
    story.then(follow_up.note, "电话未接")
    found = history.history(story.dossier, story.clock.at, ZH)
    assert [r.what for r in found] == ["电话未接", "结案", "已受理", "上报"]
    assert found[1].refused.startswith("未生效：没有写原因")
    assert found[1].mark == "alarm"
    assert {r.actor for r in found} == {"周晓岚"}


def test_who_was_sent_called_and_taken_back_is_named():
    story = (
        Story()
        .then(triage.accept)
        .then(dispatch.assign, "d-hj1")
        .then(dispatch.whistle, ["d-zf", "d-rq"], "会同")
    )
    story.then(dispatch.recall, story.order(2), "派错")
    newest = [r.what for r in history.history(story.dossier, story.clock.at, ZH)[:3]]
    assert newest == [
        "撤回工单 · 燃气抢修中心：派错",
        "吹哨 区综合行政执法局、燃气抢修中心：会同",
        "派给 生态环境局 执法大队",
    ]


# Actions


def test_only_what_the_table_lets_pass_is_offered_and_one_is_primary():
    story = Story()
    steps = [
        (OpKind.ACCEPT, "A"), (OpKind.ASSIGN, "Enter"), (OpKind.ACKNOWLEDGE, "Y"),
        (OpKind.HANDLE, "H"), (OpKind.VERIFY, "V"), (OpKind.CLOSE, "C"), (OpKind.REOPEN, "R"),
    ]  # fmt: skip
    for op, cap in steps:
        found = actions(story.dossier, 0, "", ZH)
        assert (found[0].op, found[0].cap, found[0].primary) == (op, cap, True)
        assert not any(a.primary for a in found[1:])
        state = story.dossier.incident.state
        for a in found:
            kind = OpKind.VERIFY if a.op == VERIFY_FAILED else OpKind(a.op)
            sends_reported = state is State.REPORTED and kind is OpKind.ASSIGN
            assert sends_reported or allowed(state, kind) is None
        alive = [a.key for a in found]
        assert len(alive) == len(set(alive))
        story.do(op, "说明")
    assert story.dossier.incident.rework == 1


def test_every_state_has_its_next_step_and_a_cancelled_matter_none():
    story = Story().do(OpKind.ACCEPT).do(OpKind.SUSPEND, "等")
    assert story.first().op == OpKind.RESUME
    story.do(OpKind.CANCEL, "误报")
    assert story.ops() == [OpKind.NOTE]
    assert not story.first().primary
    assert Story().do(OpKind.DECLINE, "不属本区").first().op == OpKind.REOPEN


def test_a_reported_matter_is_sent_in_one_act_and_the_second_candidate_if_chosen():
    story = Story()
    second = story.dossier.candidates[1].unit
    story.do(OpKind.ASSIGN, candidate=1)
    assert [a.handler for a in story.dossier.incident.assignments] == [second]


def test_co_handlers_are_handled_before_the_lead_which_waits_for_them():
    story = Story().do(OpKind.ACCEPT).do(OpKind.ASSIGN).do(OpKind.WHISTLE, chosen=("d-zf",))
    lead, co = story.order(0), story.order(1)
    by_op = {a.op: a for a in actions(story.dossier, 0, "", ZH)}
    assert by_op[OpKind.HANDLE].target == co
    assert by_op[OpKind.ACKNOWLEDGE].target == lead
    assert by_op[OpKind.RECALL].target == co  # what was given last
    chosen = {a.op: a for a in actions(story.dossier, 0, lead, ZH)}
    assert (chosen[OpKind.HANDLE].target, bool(chosen[OpKind.HANDLE].off)) == (lead, True)
    story.do(OpKind.HANDLE, "办好").do(OpKind.HANDLE, "办好")
    assert story.dossier.incident.state is State.HANDLED


def test_a_recall_says_what_it_can_no_longer_take_back():
    story = Story().do(OpKind.ASSIGN)
    for step, said in ((None, "如同没派"), (OpKind.ACKNOWLEDGE, "电话告知"), (OpKind.REPORT_IN, "已到场")):
        if step:
            story.do(step)
        action = next(a for a in actions(story.dossier, 0, "", ZH) if a.op == OpKind.RECALL)
        assert said in asked(action, story.dossier, ZH)[1]
    assert story.dossier.incident.assignments[0].state is AssignmentState.ARRIVED


def test_a_failed_check_and_a_settled_matter_ask_for_words():
    needs = {a.op: a.needs for a in actions(Story().do(OpKind.ACCEPT).dossier, 0, "", ZH)}
    assert (needs[OpKind.CLOSE], needs[OpKind.ASSIGN], needs[OpKind.WHISTLE]) == ("words", "", "departments")
    story = Story().do(OpKind.ASSIGN).do(OpKind.HANDLE, "好").do(VERIFY_FAILED, "没好")
    assert story.dossier.incident.rework == 1
    assert story.first().op == OpKind.HANDLE


def test_a_matter_goes_on_in_another_by_its_number_and_comes_back():
    story = Story()
    other = intake.report(story.desk, REPORT).incident
    story.do(OpKind.MERGE, f" {other.number} ")
    assert story.dossier.incident.merged_into == other.id
    assert story.first().op == OpKind.UNMERGE
    story.do(OpKind.UNMERGE)
    assert story.dossier.incident.state is State.REPORTED
    unknown = next(a for a in actions(story.dossier, 0, "", ZH) if a.op == OpKind.MERGE)
    assert command(unknown, story.key, "999")(story.desk).refusal == "unknown_incident"


def test_keys_leave_the_queues_keys_alone_and_enter_never_speaks_for_a_handler():
    assert not {"J", "K", "N", "/", "?"} & set(KEYS.values())
    assert not {OpKind.ACKNOWLEDGE, OpKind.REPORT_IN, OpKind.VERIFY, OpKind.CLOSE} & ENTER


@pytest.mark.parametrize("said", [ZH, EN])
def test_ops_that_need_words_have_phrases(said):
    for op in (OpKind.DECLINE, OpKind.SUSPEND, OpKind.RETURN, OpKind.RECALL, OpKind.HANDLE, VERIFY_FAILED):
        found = phrases(op, said)
        assert 2 <= len(found) <= 9
        assert len(set(found)) == len(found)


def test_a_choice_is_kept_by_who_not_by_place():
    story, choice = Story(), Choice()
    assert choice.choose(story.dossier, 2)
    chosen = story.dossier.candidates[2].unit
    turned = replace(story.dossier, candidates=story.dossier.candidates[::-1])
    assert turned.candidates[choice.candidate(turned)].unit == chosen
    assert not choice.choose(story.dossier, 99)
    assert choice.candidate(replace(story.dossier, candidates=story.dossier.candidates[:1])) == 0
