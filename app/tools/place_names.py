"""Short Chinese and English names of places, from their official ones."""

from pypinyin import lazy_pinyin

_KINDS = (("社区居民委员会", "社区", "Community"), ("村村民委员会", "村", "Village"))


def spelt(name: str) -> str:
    """A name in pinyin as one word: Wu'ai, Qingjianglu (GB/T 28039 apostrophe before a, o, e)."""
    first, *rest = lazy_pinyin(name)
    return (first + "".join(f"'{s}" if s[0] in "aoe" else s for s in rest)).capitalize()


def town_name_en(name: str) -> str:
    """大弯街道 → Dawan Subdistrict, 清泉镇 → Qingquan Town; ValueError for anything else."""
    for ending, word in (("街道", "Subdistrict"), ("镇", "Town")):
        if name.endswith(ending):
            return f"{spelt(name.removesuffix(ending))} {word}"
    raise ValueError(f"neither a town nor a subdistrict: {name}")


def village_names(full_name: str) -> tuple[str, str]:
    """怡湖社区居民委员会 → (怡湖社区, Yihu Community); ValueError for another kind of body."""
    for ending, short, word in _KINDS:
        if full_name.endswith(ending):
            stem = full_name.removesuffix(ending)
            return stem + short, f"{spelt(stem)} {word}"
    raise ValueError(f"neither a community nor a village: {full_name}")


def grid_names(village: str, village_en: str, number: int) -> tuple[str, str]:
    """Names of a village's n-th second-level grid."""
    return f"{village}{number:02d}网格", f"{village_en} Grid {number:02d}"
