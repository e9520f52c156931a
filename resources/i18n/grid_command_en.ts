<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="zh_CN">
<context>
    <name>ChipBar</name>
    <message>
        <source>全区</source>
        <translation>District</translation>
    </message>
    <message>
        <source>等级</source>
        <translation>Severity</translation>
    </message>
    <message>
        <source>来源</source>
        <translation>Source</translation>
    </message>
    <message>
        <source>查文字、编号</source>
        <translation>Find</translation>
    </message>
    <message>
        <source>在队列中查找文字或编号</source>
        <translation>Find text or a number in the queue</translation>
    </message>
</context>
<context>
    <name>CommandLayout</name>
    <message>
        <source>调整队列宽度</source>
        <translation>Width of the queue</translation>
    </message>
    <message>
        <source>调整派单栏宽度</source>
        <translation>Width of the dispatch panel</translation>
    </message>
    <message>
        <source>调整指标条高度</source>
        <translation>Height of the indicators</translation>
    </message>
    <message>
        <source>调整地图高度</source>
        <translation>Height of the map</translation>
    </message>
</context>
<context>
    <name>DeskLine</name>
    <message>
        <source>立即同步</source>
        <translation>Sync now</translation>
    </message>
    <message>
        <source>线路详情</source>
        <translation>Line details</translation>
    </message>
</context>
<context>
    <name>Desktop</name>
    <message>
        <source>指挥调度</source>
        <translation>Control</translation>
    </message>
    <message>
        <source>运行指标</source>
        <translation>KPIs</translation>
    </message>
    <message>
        <source>冲突退回</source>
        <translation>To settle</translation>
    </message>
    <message>
        <source>网格指挥台</source>
        <translation>Grid Command</translation>
    </message>
    <message>
        <source>队列</source>
        <translation>Queue</translation>
    </message>
    <message>
        <source>下一件</source>
        <translation>Next</translation>
    </message>
    <message>
        <source>上一件</source>
        <translation>Previous</translation>
    </message>
    <message>
        <source>在队列中查找</source>
        <translation>Find in the queue</translation>
    </message>
    <message>
        <source>换一种排序</source>
        <translation>Next order</translation>
    </message>
    <message>
        <source>倒过来排</source>
        <translation>Reverse order</translation>
    </message>
    <message>
        <source>退回的都看过了</source>
        <translation>Returned ops have all been seen</translation>
    </message>
    <message>
        <source>深色、浅色</source>
        <translation>Dark or light</translation>
    </message>
    <message>
        <source>未登录</source>
        <translation>Nobody signed in</translation>
    </message>
    <message>
        <source>{place}分中心</source>
        <translation>{place} Sub-centre</translation>
    </message>
    <message>
        <source>{place}智慧治理中心</source>
        <translation>{place} Smart Governance Centre</translation>
    </message>
    <message>
        <source>网格指挥台打不开</source>
        <translation>Grid Command cannot open</translation>
    </message>
</context>
<context>
    <name>EnrolDialog</name>
    <message>
        <source>接入上级平台</source>
        <translation>Enrol at a hub</translation>
    </message>
    <message>
        <source>把管理员给的登记地址贴在下面，形如 https://主机:端口/#登记码.指纹。接入后，本机的操作自动上传，上级和其他分中心的变化自动取回；断网时照常办理。登记码只能用一次。</source>
        <translation>Paste the invitation that the administrator gave you; it looks like https://host:port/#CODE.FINGERPRINT. From then on this desk&apos;s work goes up by itself, and changes of the hub and of other centres come down; without a line you work on as ever. A code can be used once.</translation>
    </message>
    <message>
        <source>接入</source>
        <translation>Enrol</translation>
    </message>
    <message>
        <source>返回</source>
        <translation>Back</translation>
    </message>
    <message>
        <source>登记地址</source>
        <translation>Invitation</translation>
    </message>
    <message>
        <source>从文件读取</source>
        <translation>Read from a file</translation>
    </message>
    <message>
        <source>读不了这个文件：{error}</source>
        <translation>Cannot read this file: {error}</translation>
    </message>
    <message>
        <source>这个文件里没有登记地址。请向管理员要登记文件，或把地址贴进来。</source>
        <translation>There is no invitation in this file. Ask the administrator for the enrolment file, or paste the address.</translation>
    </message>
    <message>
        <source>登记文件</source>
        <translation>Enrolment file</translation>
    </message>
    <message>
        <source>先贴登记地址</source>
        <translation>Paste the invitation first</translation>
    </message>
    <message>
        <source>将接入 {host}</source>
        <translation>Will enrol at {host}</translation>
    </message>
    <message>
        <source>这不像登记地址：要有 https://、井号和登记码。</source>
        <translation>This is no invitation: it needs https://, a # and a code.</translation>
    </message>
    <message>
        <source>正在连接上级平台…</source>
        <translation>Reaching the hub…</translation>
    </message>
    <message>
        <source>正在核对对方的证书…</source>
        <translation>Checking its certificate…</translation>
    </message>
    <message>
        <source>正在登记本机…</source>
        <translation>Enrolling this desk…</translation>
    </message>
    <message>
        <source>正在保存登记…</source>
        <translation>Keeping the enrolment…</translation>
    </message>
    <message>
        <source>正在取第一批数据…</source>
        <translation>Fetching the first data…</translation>
    </message>
</context>
<context>
    <name>Frame</name>
    <message>
        <source>查找、命令</source>
        <translation type="vanished">Find, command</translation>
    </message>
    <message>
        <source>查找事件</source>
        <translation>Find incident</translation>
    </message>
    <message>
        <source>全部快捷键</source>
        <translation>All shortcuts</translation>
    </message>
</context>
<context>
    <name>Gate</name>
    <message>
        <source>{n} 秒后可再试。</source>
        <translation>You can try again in {n} s.</translation>
    </message>
    <message>
        <source>{n} 分钟后可再试。</source>
        <translation>You can try again in {n} min.</translation>
    </message>
    <message>
        <source>用户名或口令不对。请核对后再试。</source>
        <translation>User or password is wrong. Check them and try again.</translation>
    </message>
    <message>
        <source>连不上上级平台，本机核对不上：用户名或口令不对，或这个用户没有在本机登录过。核对后再试，或换一个登录过的用户。</source>
        <translation>The hub cannot be reached, and this desk cannot confirm it: wrong name or password, or this user has not signed in here before. Check and try again, or use a user who has.</translation>
    </message>
</context>
<context>
    <name>Gatekeeper</name>
    <message>
        <source>换人登录</source>
        <translation>Change user</translation>
    </message>
</context>
<context>
    <name>KpiStrip</name>
    <message>
        <source>近 24 小时到达 {arrived} 件，结案 {closed} 件</source>
        <translation>Last 24 h: {arrived} arrived, {closed} closed</translation>
    </message>
    <message>
        <source>到达与结案 24 小时</source>
        <translation>Arrived and closed, 24 h</translation>
    </message>
    <message>
        <source>到达 {n}</source>
        <translation>Arrived {n}</translation>
    </message>
    <message>
        <source>结案 {n}</source>
        <translation>Closed {n}</translation>
    </message>
    <message>
        <source>近 24 小时没有到达</source>
        <translation>None arrived in 24 h</translation>
    </message>
    <message>
        <source>24 小时净增 {n}</source>
        <translation>24 h net +{n}</translation>
    </message>
    <message>
        <source>净增 {n}</source>
        <translation>net +{n}</translation>
    </message>
    <message>
        <source>24 小时净减 {n}</source>
        <translation>24 h net −{n}</translation>
    </message>
    <message>
        <source>净减 {n}</source>
        <translation>net −{n}</translation>
    </message>
    <message>
        <source>24 小时持平</source>
        <translation>24 h net 0</translation>
    </message>
    <message>
        <source>持平</source>
        <translation>net 0</translation>
    </message>
    <message>
        <source>1 时内</source>
        <translation>≤ 1 h</translation>
    </message>
    <message>
        <source>1–4 时</source>
        <translation>1–4 h</translation>
    </message>
    <message>
        <source>4–24 时</source>
        <translation>4–24 h</translation>
    </message>
    <message>
        <source>超 24 时</source>
        <translation>&gt; 24 h</translation>
    </message>
    <message>
        <source>在办 {n} 件，{net}</source>
        <translation>{n} open, {net}</translation>
    </message>
    <message>
        <source>，</source>
        <translation>, </translation>
    </message>
    <message>
        <source>在办积压</source>
        <translation>Backlog</translation>
    </message>
    <message>
        <source>件</source>
        <translation>open</translation>
    </message>
    <message>
        <source>{first}；{second}</source>
        <translation>{first}; {second}</translation>
    </message>
    <message>
        <source>近 24 小时没有计时结案</source>
        <translation>None timed in 24 h</translation>
    </message>
    <message>
        <source>超时结案 {n} 件</source>
        <translation>Closed late {n}</translation>
    </message>
    <message>
        <source>按时率 {figure} %，目标 {target} %，n {n}，{late}</source>
        <translation>On time {figure} %, target {target} %, n {n}, {late}</translation>
    </message>
    <message>
        <source>按时率</source>
        <translation>On time</translation>
    </message>
    <message>
        <source>目标 {n}</source>
        <translation>Target {n}</translation>
    </message>
    <message>
        <source>近 7 日</source>
        <translation>7 days</translation>
    </message>
    <message>
        <source>近 24 时 n {n}</source>
        <translation>24 h, n {n}</translation>
    </message>
    <message>
        <source>响应用时 {first}，{second}，n {n}</source>
        <translation>Response time {first}, {second}, n {n}</translation>
    </message>
    <message>
        <source>近 24 小时没有响应</source>
        <translation>No responses in 24 h</translation>
    </message>
    <message>
        <source>响应用时</source>
        <translation>Response time</translation>
    </message>
    <message>
        <source>分</source>
        <translation>min</translation>
    </message>
    <message>
        <source>超目标 {n}</source>
        <translation>Over {n}</translation>
    </message>
    <message>
        <source>指标</source>
        <translation>Indicators</translation>
    </message>
    <message>
        <source>{town} 在办 {open}，按时 {share} %，P50 {p50} 分</source>
        <translation>{town}: {open} open, on time {share} %, P50 {p50} min</translation>
    </message>
    <message>
        <source>{town} 在办 {open}，{aside}</source>
        <translation>{town}: {open} open, {aside}</translation>
    </message>
    <message>
        <source>镇街并列</source>
        <translation>Towns compared</translation>
    </message>
    <message>
        <source>镇街</source>
        <translation>Town</translation>
    </message>
    <message>
        <source>按时 %</source>
        <translation>On time %</translation>
    </message>
    <message>
        <source>P50 分</source>
        <translation>P50 min</translation>
    </message>
    <message>
        <source>近 24 小时 · n ≥ {n} 才排名</source>
        <translation>24 h · ranked if n ≥ {n}</translation>
    </message>
    <message>
        <source>n ≥ {n} 才排名</source>
        <translation>ranked if n ≥ {n}</translation>
    </message>
    <message>
        <source>尚无镇街名录</source>
        <translation>No towns listed yet</translation>
    </message>
    <message>
        <source>；</source>
        <translation>; </translation>
    </message>
    <message>
        <source>n {n}，不排名</source>
        <translation>n {n}, not ranked</translation>
    </message>
</context>
<context>
    <name>LineBand</name>
    <message>
        <source>立即重试</source>
        <translation>Retry now</translation>
    </message>
    <message>
        <source>线路详情</source>
        <translation>Line details</translation>
    </message>
</context>
<context>
    <name>LineView</name>
    <message>
        <source>无回音</source>
        <translation>No answer</translation>
    </message>
    <message>
        <source>取数 {n}%</source>
        <translation>fetching {n}%</translation>
    </message>
    <message>
        <source>在线</source>
        <translation>Online</translation>
    </message>
    <message>
        <source>{span}前</source>
        <translation>{span} ago</translation>
    </message>
    <message>
        <source>离线</source>
        <translation>Offline</translation>
    </message>
    <message>
        <source>离线 {span}</source>
        <translation>Offline {span}</translation>
    </message>
    <message>
        <source>单机</source>
        <translation>Local</translation>
    </message>
    <message>
        <source>上级平台未接入，全部操作存于本机</source>
        <translation>No hub is connected; everything is kept on this desktop</translation>
    </message>
    <message>
        <source>线路中断，操作存于本机，恢复后自动上传</source>
        <translation>The line is down; everything is kept here and sent when it is back</translation>
    </message>
    <message>
        <source>上级平台这么久没有回音，操作存于本机，等它回音</source>
        <translation>The hub has said nothing for so long; what is done is kept here until it does</translation>
    </message>
    <message>
        <source>{days} 天 {hours} 小时</source>
        <translation>{days} d {hours} h</translation>
    </message>
    <message>
        <source>{hours} 小时 {minutes} 分</source>
        <translation>{hours} h {minutes} min</translation>
    </message>
    <message>
        <source>{minutes} 分</source>
        <translation>{minutes} min</translation>
    </message>
    <message>
        <source>{seconds} 秒</source>
        <translation>{seconds} s</translation>
    </message>
</context>
<context>
    <name>Link</name>
    <message>
        <source>{n} 秒</source>
        <translation>{n} s</translation>
    </message>
    <message>
        <source>线路中断，照常办理。</source>
        <translation>The line is down; work on as ever. </translation>
    </message>
    <message>
        <source>所有操作存于本机，恢复后自动上传，一件不丢。</source>
        <translation>All you do is kept here and goes up by itself when it is back; nothing is lost.</translation>
    </message>
    <message>
        <source>{time} 起离线</source>
        <translation>Off line since {time}</translation>
    </message>
    <message>
        <source>{span}后再试</source>
        <translation>next try in {span}</translation>
    </message>
    <message>
        <source>待传 {n}</source>
        <translation>{n} to send</translation>
    </message>
    <message>
        <source>待传 {n}，最早 {time}</source>
        <translation>{n} to send, the first from {time}</translation>
    </message>
    <message>
        <source>还没有收到过上级数据</source>
        <translation>nothing has come from the hub yet</translation>
    </message>
    <message>
        <source>上级数据截至 {time}（{span}前）</source>
        <translation>hub&apos;s data as of {time} ({span} ago)</translation>
    </message>
    <message>
        <source>没有接入，全部操作存于本机</source>
        <translation>None; all operations are kept here</translation>
    </message>
    <message>
        <source>上级平台</source>
        <translation>Hub</translation>
    </message>
    <message>
        <source>连上于</source>
        <translation>Up since</translation>
    </message>
    <message>
        <source>断开于</source>
        <translation>Down since</translation>
    </message>
    <message>
        <source>数据</source>
        <translation>Data</translation>
    </message>
    <message>
        <source>上传</source>
        <translation>Upload</translation>
    </message>
    <message>
        <source>正在取数 {taken} / {whole}</source>
        <translation>fetching {taken} / {whole}</translation>
    </message>
    <message>
        <source>下载</source>
        <translation>Download</translation>
    </message>
    <message>
        <source>{n} 项被上级退回，还没人看过</source>
        <translation>{n} sent back by the hub, seen by nobody yet</translation>
    </message>
    <message>
        <source>退回</source>
        <translation>Returned</translation>
    </message>
    <message>
        <source>{n} 项来自更新的版本，本机读不懂，请升级</source>
        <translation>{n} from a newer program; update this one to read them</translation>
    </message>
    <message>
        <source>读不懂</source>
        <translation>Unread</translation>
    </message>
    <message>
        <source>本机时钟比上级慢 {span}，请校准，时限按本机钟算</source>
        <translation>This machine&apos;s clock is {span} behind the hub&apos;s; set it, limits go by it</translation>
    </message>
    <message>
        <source>本机时钟比上级快 {span}，请校准，时限按本机钟算</source>
        <translation>This machine&apos;s clock is {span} ahead of the hub&apos;s; set it, limits go by it</translation>
    </message>
</context>
<context>
    <name>LinkPopover</name>
    <message>
        <source>线路详情</source>
        <translation>Line details</translation>
    </message>
    <message>
        <source>线路</source>
        <translation>Line</translation>
    </message>
    <message>
        <source>同步范围</source>
        <translation>Scopes</translation>
    </message>
    <message>
        <source>已取 / 上级现有</source>
        <translation>taken / at the hub</translation>
    </message>
    <message>
        <source>立即同步</source>
        <translation>Sync now</translation>
    </message>
    <message>
        <source>冲突、退回、待传</source>
        <translation>Settle, returned, to send</translation>
    </message>
    <message>
        <source>待传 {n}</source>
        <translation>{n} to send</translation>
    </message>
</context>
<context>
    <name>MapHead</name>
    <message>
        <source>负荷</source>
        <translation>Load</translation>
    </message>
    <message>
        <source>超时</source>
        <translation>Overdue</translation>
    </message>
    <message>
        <source>按在办件数给网格着色</source>
        <translation>Shade grids by open incidents</translation>
    </message>
    <message>
        <source>按超时件数给网格着色</source>
        <translation>Shade grids by overdue incidents</translation>
    </message>
    <message>
        <source>显示或隐藏事件</source>
        <translation>Show or hide incidents</translation>
    </message>
    <message>
        <source>缩小</source>
        <translation>Zoom out</translation>
    </message>
    <message>
        <source>放大</source>
        <translation>Zoom in</translation>
    </message>
    <message>
        <source>全区</source>
        <translation>Whole district</translation>
    </message>
    <message>
        <source>事件 {count}</source>
        <translation>Incidents {count}</translation>
    </message>
    <message>
        <source>全部镇街</source>
        <translation>All towns</translation>
    </message>
</context>
<context>
    <name>Mishaps</name>
    <message>
        <source>程序出错，刚才的操作可能没完成，请核对后重做。日志：{path}</source>
        <translation>Program error: the last action may be incomplete. Check it and do it again. Log: {path}</translation>
    </message>
</context>
<context>
    <name>QueueView</name>
    <message>
        <source>事件队列</source>
        <translation>Incident queue</translation>
    </message>
    <message>
        <source>级</source>
        <translation>Sev</translation>
    </message>
    <message>
        <source>事项</source>
        <translation>Matter</translation>
    </message>
    <message>
        <source>区域</source>
        <translation>Place</translation>
    </message>
    <message>
        <source>来源</source>
        <translation>From</translation>
    </message>
    <message>
        <source>等待</source>
        <translation>Waited</translation>
    </message>
    <message>
        <source>时限</source>
        <translation>Limit</translation>
    </message>
    <message>
        <source>上下</source>
        <translation>Move</translation>
    </message>
    <message>
        <source>打开</source>
        <translation>Open</translation>
    </message>
    <message>
        <source>查找</source>
        <translation>Find</translation>
    </message>
    <message>
        <source>全区</source>
        <translation>District</translation>
    </message>
    <message>
        <source>共 {n} 件</source>
        <translation>{n} in all</translation>
    </message>
    <message>
        <source>没有符合筛选的事件</source>
        <translation>No incident matches the filters</translation>
    </message>
    <message>
        <source>去掉一个筛选，或换一个队列</source>
        <translation>Take a filter off, or choose another queue</translation>
    </message>
    <message>
        <source>这个队列是空的</source>
        <translation>This queue is empty</translation>
    </message>
    <message>
        <source>新的事件一到就出现在这里</source>
        <translation>New incidents appear here as they come</translation>
    </message>
    <message>
        <source>已超时</source>
        <translation>Overdue</translation>
    </message>
    <message>
        <source>30 分内到时限</source>
        <translation>Due within 30 min</translation>
    </message>
    <message>
        <source>4 小时内到时限</source>
        <translation>Due within 4 h</translation>
    </message>
    <message>
        <source>今日内到时限</source>
        <translation>Due today</translation>
    </message>
    <message>
        <source>今日之后到时限</source>
        <translation>Due later</translation>
    </message>
    <message>
        <source>没有时限</source>
        <translation>No limit</translation>
    </message>
    <message>
        <source>{n} 件</source>
        <translation>{n}</translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>模块</source>
        <translation>Modules</translation>
    </message>
    <message>
        <source>快捷键 ?</source>
        <translation>Keys ?</translation>
    </message>
    <message>
        <source>全部快捷键</source>
        <translation>All shortcuts</translation>
    </message>
    <message>
        <source>设置</source>
        <translation>Settings</translation>
    </message>
</context>
<context>
    <name>SearchField</name>
    <message>
        <source>查找事件、区域、人员、命令</source>
        <translation type="vanished">Find incidents, places, people</translation>
    </message>
    <message>
        <source>查找事件：编号或文字</source>
        <translation>Find an incident by number or text</translation>
    </message>
</context>
<context>
    <name>SettingsMenu</name>
    <message>
        <source>深色</source>
        <translation>Dark</translation>
    </message>
    <message>
        <source>浅色</source>
        <translation>Light</translation>
    </message>
    <message>
        <source>主题</source>
        <translation>Theme</translation>
    </message>
    <message>
        <source>语言</source>
        <translation>Language</translation>
    </message>
    <message>
        <source>接入上级平台…</source>
        <translation>Enrol at a hub…</translation>
    </message>
</context>
<context>
    <name>SettlePage</name>
    <message>
        <source>待定冲突</source>
        <translation>Open conflicts</translation>
    </message>
    <message>
        <source>两边意思都保留，定了才算</source>
        <translation>both intents are kept until somebody settles it</translation>
    </message>
    <message>
        <source>没有待定的冲突</source>
        <translation>No open conflicts</translation>
    </message>
    <message>
        <source>两处同时改动同一件事，会在这里等人定夺</source>
        <translation>Where two desks change one matter at once, it waits here for a word</translation>
    </message>
    <message>
        <source>上级退回</source>
        <translation>Returned by the hub</translation>
    </message>
    <message>
        <source>本机做过、上级没有采纳的操作</source>
        <translation>done here, not taken by the hub</translation>
    </message>
    <message>
        <source>没有被退回的操作</source>
        <translation>Nothing was returned</translation>
    </message>
    <message>
        <source>上级不采纳的操作会在这里，写明为什么</source>
        <translation>What the hub does not take stands here, with the reason</translation>
    </message>
    <message>
        <source>都看过了</source>
        <translation>All seen</translation>
    </message>
    <message>
        <source>待传</source>
        <translation>To send</translation>
    </message>
    <message>
        <source>存于本机，连上后自动上传</source>
        <translation>Kept here, sent once on line</translation>
    </message>
    <message>
        <source>没有待传的操作</source>
        <translation>Nothing to send</translation>
    </message>
    <message>
        <source>断网时做的操作在这里等线路，一件不丢</source>
        <translation>What is done off line waits here; nothing is lost</translation>
    </message>
    <message>
        <source>上下</source>
        <translation>Move</translation>
    </message>
    <message>
        <source>换一栏</source>
        <translation>other column</translation>
    </message>
    <message>
        <source>打开事件，按 F 定夺</source>
        <translation>open; F settles it</translation>
    </message>
</context>
<context>
    <name>ShortcutSheet</name>
    <message>
        <source>全部快捷键</source>
        <translation>All shortcuts</translation>
    </message>
    <message>
        <source>关闭</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>快捷键列表</source>
        <translation>List of shortcuts</translation>
    </message>
    <message>
        <source>通用</source>
        <translation>General</translation>
    </message>
</context>
<context>
    <name>SignInDialog</name>
    <message>
        <source>登录</source>
        <translation>Sign in</translation>
    </message>
    <message>
        <source>操作都记在登录人名下。断网时，在本机登录过的用户照样可以登录。</source>
        <translation>All you do is kept in your name. Without a line, users who have signed in here before can sign in all the same.</translation>
    </message>
    <message>
        <source>退出程序</source>
        <translation>Quit</translation>
    </message>
    <message>
        <source>返回</source>
        <translation>Back</translation>
    </message>
    <message>
        <source>用户名</source>
        <translation>User</translation>
    </message>
    <message>
        <source>口令</source>
        <translation>Password</translation>
    </message>
    <message>
        <source>正在核对…</source>
        <translation>Checking…</translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>待传</source>
        <translation>To send</translation>
    </message>
    <message>
        <source>冲突</source>
        <translation>Conflicts</translation>
    </message>
    <message>
        <source>退回</source>
        <translation>Returned</translation>
    </message>
    <message>
        <source>时钟</source>
        <translation>Clock</translation>
    </message>
    <message>
        <source>网格指挥台</source>
        <translation>Grid Command</translation>
    </message>
    <message>
        <source>周一</source>
        <translation>Mon</translation>
    </message>
    <message>
        <source>周二</source>
        <translation>Tue</translation>
    </message>
    <message>
        <source>周三</source>
        <translation>Wed</translation>
    </message>
    <message>
        <source>周四</source>
        <translation>Thu</translation>
    </message>
    <message>
        <source>周五</source>
        <translation>Fri</translation>
    </message>
    <message>
        <source>周六</source>
        <translation>Sat</translation>
    </message>
    <message>
        <source>周日</source>
        <translation>Sun</translation>
    </message>
    <message>
        <source>{month}月{day}日 {weekday}</source>
        <translation>{weekday} {month:02}-{day:02}</translation>
    </message>
</context>
<context>
    <name>TroubleBand</name>
    <message>
        <source>收起这条提示</source>
        <translation>Dismiss</translation>
    </message>
</context>
</TS>
