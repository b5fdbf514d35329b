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
    r"(?:人数|人次|次数|户数|个数|件数|场数|场次|频次|条数|处数|座数|头数|台数|套数|期数|篇数|册数|项数|批次|天数|数量|面积|里程)$"
)
# Rates of another base than a hundred: 亿元GDP死亡率, 万车死亡率.
OTHER_BASE: Final = re.compile("亿元|万元|百万|[十百千万]万?人|[百千万]车|万吨|每[十百千万]|/|(?:孕产妇|婴儿|儿童)死亡")
# What may well be above 100 % or below 0, or a count that is rightly given in %.
GROWTH: Final = re.compile("增|降|减|升|提高|翻番|收益|回报|利润|偿|比上年|同比|环比|超额|倍")
# Rates that may pass 100 %: of debts, reserves, self-sufficiency, or where more may be done than was planned.
BEYOND: Final = re.compile(
    "债|杠杆|周转|拨备|充足|流动比|速动|产销|毛入学|自给|容积|压缩|换手|完成率|执行率|达产|使用率|利用率|开机率|上座率|履约"
)
# What is better the less there is of it, when the name ends with it: 投诉次数, 未注销率; not 水土流失治理面积.
_BAD: Final = (
    "投诉|差错|差评|错误|错漏|误差|失误|事故|上访|信访|未注销|未完成|未办结|逾期|超期|超时|延误|违规|违纪|违法|违章|违约|损耗|损失"
    "|漏损|浪费|空置|闲置|流失|故障|中断|宕机|死亡|伤亡|发案|发病|复发|复吸|感染|污染物|排放|能耗|水耗|缺勤|退货|返工|返贫"
    "|失业|失学|辍学|拖欠|欠薪|积压|拥堵|泄密|泄漏|舆情|不良|不合格|不满意|不及时|火灾"
)
_MEASURE: Final = (
    "率|比率|比例|占比|发生|受害|未[一-龥]{1,2}|停机|总|数|量|人次|人员|次|件|起|宗|户|时间|时长|天数|金额|浓度|强度|水平|情况"
    "|事件|事故|案件|事项|问题|现象|行为|投诉|举报|指数|控制(?=[数量金]|$)"
)
REVERSE: Final = re.compile(
    rf"(?:{_BAD})(?:{_MEASURE}){{0,4}}$|(?:单位|人均|平均|单次|单件|单批次?).{{0,4}}(?:成本|能耗)$|成本控制$"
)
# How long something is waited for.
WAITING: Final = re.compile(
    "(?:响应|修复|恢复|处置|处理|办理|办结|审批|审核|审查|等待|等候|候诊|出警|出动|到达|到场|抵达|通关|排队|回复|答复|受理|维修"
    "|抢修|救援|支付|拨付|结算|兑付|反馈|完成)(?:时间|时长|时限|周期|用时|耗时)$"
)
SPENT: Final = re.compile("(?:成本|造价|单价|总投资|费用|支出|开支)(?:总额|控制数?)?$")
# Rates that are better the higher they are, and their negations.
FORWARD: Final = re.compile(
    "(?:满意|合格|达标|准确|及时|覆盖|完好|完成|落实|到位|通过|知晓|优良|优秀|参训|参与|出勤|在岗|在线|普及|成活|入学|巩固|就业|办结"
    "|按期|按时|正常运行|可用|保障|达成|达产|有效|成功|回收|修复|整改|解决|执行|签约|履约|参保|建档|入库|识别|公开|受益)"
    "(?:工作|任务|比)?(?:率|度|比例|百分比)$"
)
NEGATED: Final = re.compile("[不未非无误失]|预算|支出|成本|投资|经费|资金|费用|违|超")
# Events whose number may well be none.
EVENT: Final = re.compile("事[故件]|案|债|违|泄|失误|差错|缺陷|处罚|问责|通报|隐患|漏")
# Figures without a unit: coefficients, indices, ratios.
DIMENSIONLESS: Final = re.compile(
    "(?:系数|指数|得分|评分|分数|比值|比例|倍数|PUE值?|pH值?|PH值?|密度|容积率|排名|名次|[^价产市面净总估]值)$"
)
CATEGORY_NAME: Final = re.compile(
    "(?:产出|效益|效果|数量|质量|时效|成本|经济成本|社会成本|生态环境成本|经济效益|社会效益|生态效益|环境效益|可持续影响)"
    "(?:指标|目标|类|类指标)?"
)
# … where the good thing is how the bad one is dealt with: 投诉处理率, 成本节约率, 故障修复率.
HANDLED: Final = re.compile(
    "处理|处置|办结|办理|回复|响应|解决|整改|查处|修复|排除|排查|化解|下降|降低|减少|节约|控制率|核查|受理|调解|挽回"
    "|纠正|防治|预防|防范|救治|治愈|回收|达标|(?<!不)合格|保障|追回|追缴|抽查|监测|覆盖|削减|减排|压减|治理|整治|清理|清除|消除|拆除"
    "|盘活|利用|打击|演练|培训|宣传|教育|应急|拦截|预警|帮扶|走访|接访|曝光|无害化|规范化"
)
ENVIRONMENT: Final = re.compile(
    "生态|环境|环保|污染|排放|减排|能耗|节能|耗能|降耗|绿|节水|节电|水电|水、电|水质|水土|水体|水资源|河|湖|湿地"
    "|森林|林地|林木|植被|植树|草原|空气|大气|噪声|噪音|扬尘|粉尘|土壤|土地|耕地|垃圾|废弃|废水|废气|废物|固废|回收"
    "|循环|低碳|碳|清洁|秸秆|物种|生物多样|野生|自然资源|资源节约|节约资源|无纸|荒漠|沙化|沙尘|臭|油烟|卫生|市容"
    "|PM[0-9]|SO2|COD|氨氮|氮氧化物|二氧化|颗粒物|重金属|浓度|断面|水源|水功能|水域|水生|地下水|海域|海洋|岸线|滩涂|放流|化肥|农药|农膜|地膜"
    "|灌溉|用水|有效利用系数|PUE|能效|用电|用能|能源|燃煤|散煤|燃油|油耗|电耗|水耗|物耗|光伏|天然气|虫|有害生物|防火|火灾受害"
    "|畜禽|粪污|辐射|放射|医废|危废|尘|雾霾|优良天数|候鸟|珍稀|公园|园林|景观|山体|矿山|复垦|休耕|轮作|盐碱|石漠|自然保护"
    "|村容|人居|厕|废旧|再生|减量|限塑|禁塑|塑料|可降解|骑行|消杀|采伐|禁渔|禁牧|渔业资源|增雨|热损失|漏损"
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
    "|如期|按期|准时|适时|尽快|尽早|顺利|良好|长期|合理|按照?要求|按照?规定|按照?计划|按需|达到|大力|深入|明确|一定|优秀|理想|完全|相应|相关|有关|更加|更好|良性|正常"
)
_VERBS = (
    "提升|提高|改善|改进|改观|保障|保证|促进|推动|推进|增强|加强|强化|优化|完善|健全|规范|解决|支出|使用|执行|满足|满意|好转"
    "|发展|落实|实现|引导|带动|缓解|扩大|体现|发挥|完成|开展|运行|运转|影响|作用|支持|服务|落地|符合|减少|降低|下降|控制|节约|增长|增加"
)
_NOUNS = "效果|效益|程度|水平|情况|质量|能力|状态|目标|要求|需求|预期|工作|成效|标准|规定"
VAGUE: Final = re.compile(rf"(?:{_ADVERBS}|{_VERBS}|{_NOUNS}|比较|较|为|高|好|的|地|和|与|并){{1,8}}")
# 促进社会和谐, 提升城市形象: what is hoped for, without a mark by which it is known.
HOPE: Final = re.compile(
    "(?:进一步|有效|不断|持续|切实|全面|稳步|逐步|大力|积极|显著|明显)?"
    "(?:促进|提升|提高|改善|保障|维护|推动|推进|增强|加强|优化|完善|营造|确保|保证|带动|助力|发挥|服务|满足)(?!率).{2,30}"
)
MARK: Final = re.compile(
    "[0-9%‰]|较|比上|同比|环比|以上|以下|以内|不|无|零|未|全部|全覆盖|[应能]..?[尽]|高于|低于|至少|持平|达到|达标|合格|优良|至|前[一二三四五六七八九十]|[一二两三四五六七八九十百千万]+(?:倍|成|个|级|档|名|位|次|人|项|年|期)"
)
GENERAL_BASIS: Final = re.compile(
    r"(?:根据|依据|按照?|结合)?(?:我?本?单位|部门|项目|我局|局|中心)?(?:\d{4}年?|上年|往年|历年|以往|当年|本年)?度?"
    r"(?:年度|工作|业务|实际|项目|政策目标|规划|计划|安排|要求|需要|调研|调查|情况|报表|报告|经验|目标|数据|资料|文件|规定|标准"
    r"|方案|惯例|和|及|与|、|年度规划|新增人员|需求|合同|相关|有关|实施|上级|历史|统计){1,7}"
    r"|[按在]照?[一-龥]{2,10}(?:完成|执行|实施)|[一-龥]{1,4}[省市县区镇]"
)
# The kinds of 财预〔2021〕101号, and the papers a project has one of.
NAMED_BASIS: Final = re.compile("(?:计划|行业|历史|预算支出|其他)标准|.*(?:合同|协议|实施方案)书?")
# Words for people that name nobody in particular, or those any project may ask.
GENERAL_PEOPLE: Final = re.compile(
    "服务对象|受益对象|受益群体|受益人群|受益人|受益者|补助对象|救助对象|保障对象|帮扶对象|慰问对象|培训对象|管理对象|社会公众"
    "|公众|群众|市民|居民|村民|民众|百姓|人民|社会各界|社会|员工|职工|干部|工作人员|使用人员|使用者|用户|人员|对象|群体|单位"
    "|部门|辖区内?|全区|全市|全县|本单位|企业|商户|机关|内部|上级|主管|学员|家长|学生|师生|教师|患者|业主|参训|参会|参与者?"
    "|用人|使用|消费者?|债权人|投资者?|旅客|乘客|游客|读者|观众|听众|住户|租户|农户|从业|务工|医务|医护|办事|纳税人|缴费人|当事人"
    "|申请人|养殖|种植|经营|业户|涉及|来访|受众|执法|基层|一线|乡镇|街道|社区|周边|沿线|附近|项目区|园区|片区|城区|上游|下游|委托方?|服务"
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
    "困难全忠": "困难群众",
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
    "复盖率": "覆盖率",
    "复盖面": "覆盖面",
    "贯撤": "贯彻",
    "严竣": "严峻",
    "签定": "签订",
    "保璋": "保障",
}
# … where they are no slips: 推进加强, 补助律师, 在职离退休, 按装机容量.
_GUARDED: Final[dict[str, str]] = {
    "进加强": "(?<![促推改引演跟先前跃共])进加强",
    "补助律": "补助律(?!师)",
    "职离退休": "(?<!在)职离退休",
    "按装": "按装(?![备机载配箱修车])",
    "优抚有待": "优抚有待(?![加提改完进])",
    "满意度度": "满意度度(?!量)",
    "定期生活部": "定期生活部(?![分门])",
    "公用用车": "(?<!办)公用用车",
    "严竣": "(?<!从)严竣(?!工)",
}
SLIPS: Final = tuple((wrong, re.compile(_GUARDED.get(wrong, wrong)), right) for wrong, right in TYPOS.items())


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
def is_reverse(name: str) -> bool:
    """Whether less is better: 投诉次数; not 投诉办结率, 二氧化硫削减量."""
    core = bare(name)
    return bool(REVERSE.search(core)) and not HANDLED.search(core)


@lru_cache(maxsize=8192)
def is_forward(name: str) -> bool:
    """Whether it is a rate of which more is better: 验收合格率; not 不合格率, 预算执行率."""
    core = bare(name)
    return bool(FORWARD.search(core)) and not NEGATED.search(core) and not is_reverse(core)


@lru_cache(maxsize=8192)
def is_count(name: str) -> bool:
    return bool(COUNT.search(bare(name)))


def mended(text: str) -> str:
    """Return the text with the known slips put right, so that one slip is not reported twice."""
    for wrong, pattern, right in SLIPS:
        if wrong in text:
            text = pattern.sub(right, text)
    return text


def slips_in(text: str) -> list[tuple[str, str]]:
    """Return the known slips of a text, each with what is meant."""
    return [(wrong, right) for wrong, pattern, right in SLIPS if wrong in text and pattern.search(text)]


def lines_of(text: str) -> list[str]:
    """Return the lines of a goal without their numbers."""
    return [_NUMBERING.sub("", line.strip()).strip() for line in text.splitlines() if line.strip()]


@lru_cache(maxsize=8192)
def pairs_of(text: str) -> frozenset[str]:
    """Return all neighbouring pairs of characters: a cheap measure of likeness."""
    core = plain(text)
    return frozenset(core[i : i + 2] for i in range(len(core) - 1))
