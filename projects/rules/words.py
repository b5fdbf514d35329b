"""The vocabulary of the rules: what is a rate, a count, an environmental matter, an empty phrase. Data, as words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_NOISE: Final = re.compile(r"[\s，。、；：！？,.;:!?“”\"'‘’《》〈〉<>（）()\[\]【】〔〕·…—\-_/＊*]+")
_NUMBERING: Final = re.compile(r"^[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[）).、．]\s*")
_BRACKET_END: Final = re.compile(r"[（(【\[][^（(【\[]{0,12}[）)】\]]$")

RATE: Final = re.compile(r"(?:(?<![效频功汇利税费])率|比例|占比|比重|百分比|满意度|知晓度|覆盖度|完成度|达成度)$")
COUNT: Final = re.compile(
    r"(?:人数|人次|次数|户数|个数|件数|场数|场次|台数|套数|期数|篇数|册数|项数|批次|天数|数量|面积|里程)$"
)
# What may well be above 100 % or below 0, or a count that is rightly given in %.
GROWTH: Final = re.compile("增|降|减|升|提高|翻番|收益|回报|利润|偿|比上年|同比|环比|超额|倍")
REVERSE: Final = re.compile(
    "投诉|差错|错误率|失误|事故|上访|信访量|未注销|未完成|未办结|逾期|超期|超时|延误|违规|违纪|违法|损耗|损失|浪费"
    "|空置|闲置|流失|故障|中断|死亡|伤亡|发案|发病|复发|污染物|排放量|能耗|单位成本|人均成本|成本控制|缺勤|退货|返工"
)
# … where the good thing is how the bad one is dealt with: 投诉处理率, 成本节约率, 故障修复率.
HANDLED: Final = re.compile(
    "处理|处置|办结|办理|回复|响应|解决|整改|查处|修复|排除|排查|化解|下降|降低|减少|节约|控制率|核查|受理|调解|挽回"
    "|纠正|防治|预防|救治|治愈|回收|达标|合格|保障|追回|抽查|监测|覆盖|化解率"
)
ENVIRONMENT: Final = re.compile(
    "生态|环境|环保|污染|排放|减排|能耗|节能|耗能|降耗|绿|节水|节电|水电|水、电|水质|水土|水体|水资源|河|湖|湿地"
    "|森林|林地|林木|植被|植树|草原|空气|大气|噪声|噪音|扬尘|粉尘|土壤|土地|耕地|垃圾|废弃|废水|废气|废物|固废|回收"
    "|循环|低碳|碳|清洁|秸秆|物种|生物多样|野生|自然资源|资源节约|节约资源|无纸|荒漠|沙化|沙尘|臭|油烟|卫生|市容"
)
TIME: Final = re.compile(
    "及时|时效|时间|按时|准时|适时|即时|实时|按期|如期|定期|进度|期限|工期|周期|频率|时限|限时|时长|提前|延误|延迟|响应"
    "|速度|每?[年月周日季天]|小时|分钟|学期|[期前底]完成|按照?计划|节点|截止|完工|竣工|开工"
)
INPUT: Final = re.compile(
    "资金使用|经费使用|资金支出|经费支出|费用?使用率|支付率|支出率|(?:预算|资金|经费|年度)执行率|拨付率|资金到位|经费到位"
    "|预算完成率|支出进度|执行进度|发放.{0,12}次数|支付.{0,8}次数|拨付.{0,8}次数"
)
INPUT_ONLY: Final = re.compile(
    r"(?:完成|达到|确保|保证)?(?:年度|预算|资金|经费|项目)*(?:执行率|支付率|支出率|支出进度|执行进度|执行完毕)"
    r"(?:达到?|为|≥|>=|=|不低于)?(?:\d+(?:\.\d+)?%?)?(?:以上)?"
)
_ADVERBS = (
    "进一步|有效|明显|显著|大幅度?|逐步|逐年|持续|不断|稳步|稳定|得到|有所|较好|较大|较高|很好|基本|充分|全面|重点|切实|积极|及时|按时"
    "|良好|长期|合理|按照?要求|按照?规定|按照?计划|按需|达到|大力|深入|明确|一定|优秀|理想|完全|相应|更加|更好|良性|正常"
)
_VERBS = (
    "提升|提高|改善|改进|改观|保障|保证|促进|推动|推进|增强|加强|强化|优化|完善|健全|规范|解决|支出|使用|执行|满足|满意|好转"
    "|发展|落实|实现|引导|带动|缓解|扩大|体现|发挥|完成|开展|运行|运转|影响|作用|支持|服务|落地"
)
_NOUNS = "效果|效益|程度|水平|情况|质量|能力|状态|目标|要求|需求|预期|工作|成效"
VAGUE: Final = re.compile(rf"(?:{_ADVERBS}|{_VERBS}|{_NOUNS}|比较|较|为|高|好|的|地|和|与|并){{1,8}}")
GENERAL_BASIS: Final = re.compile(
    r"(?:根据|依据|按照?|结合)?(?:我?本?单位|部门|项目|我局|局|中心)?(?:\d{4}年?|上年|往年|历年|以往|当年|本年)?度?"
    r"(?:年度|工作|业务|实际|项目|政策目标|规划|计划|安排|要求|需要|调研|调查|情况|报表|报告|经验|目标|数据|资料|文件|规定|标准"
    r"|方案|惯例|和|及|与|、|年度规划|新增人员|需求|合同|相关|有关|实施|上级|历史|统计){1,7}"
    r"|[按在]照?[一-龥]{2,10}(?:完成|执行|实施)|[一-龥]{1,4}[省市县区镇]"
)
# Words for people that name nobody in particular, or those any project may ask.
GENERAL_PEOPLE: Final = re.compile(
    "服务对象|受益对象|受益群体|受益人群|受益人|受益者|补助对象|救助对象|保障对象|帮扶对象|慰问对象|培训对象|管理对象|社会公众"
    "|公众|群众|市民|居民|村民|民众|百姓|人民|社会各界|社会|员工|职工|干部|工作人员|使用人员|使用者|用户|人员|对象|群体|单位"
    "|部门|辖区内?|全区|全市|全县|本单位|企业|商户|机关|内部|上级|主管|学员|家长|学生|师生|教师|患者|业主|参训|参会|参与者?"
)
NOBODY: Final = re.compile("(?:服务|受益|相关|有关|被)*(?:对象|群体|人员|人群|人)?")
ASKING: Final = re.compile(
    "随机|抽样|抽查|问卷|电话|回访|调查中?|测评|评价|综合|总体|整体|平均|反映|指标|比率|比例|达到|满意度|满意率|满意程度|满意|占"
)
WORKS: Final = re.compile("工程|修缮|整修|大修|改造|基建|基本建设|新建|扩建|装修|购置|采购项目|设备更新")
PURCHASE: Final = ("购置", "采购项目", "设备更新")
PAYING: Final = re.compile("支付|发放|拨付|兑付|到位|打卡")

# (what is written, what is meant): slips that a word list can see. Extended as they are met.
TYPOS: Final[dict[str, str]] = {
    "所机抽样": "随机抽样",
    "带兵回乡": "带病回乡",
    "优抚有待": "优抚优待",
    "待安置其补助": "待安置期补助",
    "信息管理是视频": "信息管理和视频",
    "两站一中新": "两站一中心",
    "及完成完成率": "及时完成率",
    "满意度度": "满意度",
    "全忠": "群众",
    "勾践情况": "构建情况",
    "公用用车": "公务用车",
    "职离退休": "离退休",
    "组织部分关于": "组织部关于",
    "进加强": "进一步加强",
    "及时两参": "及时发放两参",
    "补助律": "补助率",
    "定期生活部": "定期生活补",
    "无军级": "无军籍",
    "参展民兵": "参战民兵",
    "帐户": "账户",
    "座落": "坐落",
    "既使": "即使",
    "按装": "安装",
    "部暑": "部署",
    "布署": "部署",
    "绩郊": "绩效",
    "覆概": "覆盖",
    "复盖": "覆盖",
    "贯撤": "贯彻",
    "严竣": "严峻",
    "签定": "签订",
    "做为": "作为",
    "保璋": "保障",
}


@lru_cache(maxsize=16384)
def plain(text: str) -> str:
    """Return a text without blanks and punctuation: what is compared."""
    return _NOISE.sub("", text)


@lru_cache(maxsize=8192)
def bare(name: str) -> str:
    """Return an indicator's name without closing punctuation and brackets: 准确率（%）。 → 准确率."""
    core = name.strip().rstrip("。；;：:，,．.")
    return _BRACKET_END.sub("", core).strip()


@lru_cache(maxsize=8192)
def is_rate(name: str) -> bool:
    return bool(RATE.search(bare(name)))


@lru_cache(maxsize=8192)
def is_count(name: str) -> bool:
    return bool(COUNT.search(bare(name)))


def mended(text: str) -> str:
    """Return the text with the known slips put right, so that one slip is not reported twice."""
    for wrong, right in TYPOS.items():
        text = text.replace(wrong, right)
    return text


def lines_of(text: str) -> list[str]:
    """Return the lines of a goal without their numbers."""
    return [_NUMBERING.sub("", line.strip()).strip() for line in text.splitlines() if line.strip()]


@lru_cache(maxsize=8192)
def pairs_of(text: str) -> frozenset[str]:
    """Return all neighbouring pairs of characters: a cheap measure of likeness."""
    core = plain(text)
    return frozenset(core[i : i + 2] for i in range(len(core) - 1))
