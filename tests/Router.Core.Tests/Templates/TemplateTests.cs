using Router.Core.Messages;
using Router.Core.Templates;
using Router.Core.Tenants;

namespace Router.Core.Tests.Templates;

/// <summary>Templates: what they make, what they ask for, what they cannot do.</summary>
public sealed class TemplateTests
{
    [Theory]
    [InlineData("Your code is {{ code }}.", """{"code":4711}""", "Your code is 4711.")]
    [InlineData("Hi {{ name }}", """{"name":"Zoë 😀 <b>&"}""", "Hi Zoë 😀 <b>&")]
    [InlineData("{{ a }}{{ b }}", """{"a":true,"b":false}""", "truefalse")]
    [InlineData("{{ order.total }} {{ order.items[0].name }}", """{"order":{"total":7,"items":[{"name":"x"}]}}""", "7 x")]
    [InlineData("{% for i in items %}{{ forloop.index }}:{{ i }} {% endfor %}", """{"items":["a","b"]}""", "1:a 2:b ")]
    [InlineData("{% if paid %}paid{% else %}due{% endif %}", """{"paid":true}""", "paid")]
    [InlineData("{% if paid %}paid{% else %}due{% endif %}", "{}", "due")]
    [InlineData("{% unless paid %}due{% endunless %}", "{}", "due")]
    [InlineData("{% case n %}{% when 1 %}one{% else %}many{% endcase %}", """{"n":2}""", "many")]
    [InlineData("Hello {{ name | default: 'friend' | upcase }}", "{}", "Hello FRIEND")]
    [InlineData("{% assign x = n | plus: 1 %}{{ x }}", """{"n":1}""", "2")]
    [InlineData("{{ 'a-b-a' | replace: 'a', 'xy' }}", "{}", "xy-b-xy")]
    [InlineData("{{ items | join: ', ' }}", """{"items":["a",1,true]}""", "a, 1, true")]
    [InlineData("{{ at | date: '%d/%m/%Y %H:%M' }}", """{"at":"2027-01-31T09:05:00Z"}""", "31/01/2027 09:05")]
    [InlineData("{{ 'now' | date: '%Y-%m-%d' }}", "{}", "2026-11-24")]
    [InlineData("{{ text }}", """{"text":"{{ code }}{% if %}"}""", "{{ code }}{% if %}")]
    [InlineData("{{ a }}", """{"a":"x","unused":[1,{"b":null}]}""", "x")]
    [InlineData("{% raw %}{{ a }}{% endraw %}{% comment %}{{ a }}{% endcomment %}", "{}", "{{ a }}")]
    public void A_template_makes_a_text_of_its_parameters(string template, string parameters, string text) => Assert.Equal(text, Rendered.Of(template, parameters).Text);

    [Theory]
    [InlineData("it", "1234,5", "1.234,50")]
    [InlineData("pt-BR", "1234,5", "1.234,50")]
    [InlineData("fr", "1234,5", "1\u00A0234,50")]
    [InlineData("en", "1234.5", "1,234.50")]
    [InlineData("es-MX", "1234.5", "1,234.50")]
    [InlineData("de-CH", "1234.5", "1’234.50")]
    [InlineData("ja", "1234.5", "1,234.50")]
    public void Numbers_are_written_as_the_language_writes_them(string language, string plain, string formatted)
    {
        Assert.Equal(plain, Rendered.Of("{{ n }}", """{"n":1234.50}""", language).Text);
        Assert.Equal(formatted, Rendered.Of("{{ n | format_number: 'N2' }}", """{"n":1234.5}""", language).Text);
    }

    [Theory]
    [InlineData("{{ a }} {{ b.c }} {{ d }}", """{"a":1}""", "b.c", "; so are d")]
    [InlineData("{{ a }} {{ b.c }}", """{"b":{"x":1},"a":null}""", "a", "; so are b.c")]
    [InlineData("{% for i in items %}{{ i.x }}{% endfor %}", "{}", "items", "")]
    [InlineData("{% if n > 1 %}x{% endif %}y", "{}", "n", "")]
    [InlineData("{{ a | default: b }}", "{}", "b", "")]
    [InlineData("{{ list[at] }}", """{"list":[1]}""", "at", "")]
    [InlineData("{{ x | upcase }}{% assign x = 1 %}{{ x }}", "{}", "x", "")]
    [InlineData("{% for i in l %}{{ i }}{% endfor %}{{ i }}", """{"l":[1]}""", "i", "")]
    [InlineData("{{ A }}", """{"a":1}""", "A", "")]
    public void What_a_template_needs_and_a_message_lacks_is_named_all_of_it(string template, string parameters, string first, string others)
    {
        Rendered rendered = Rendered.Of(template, parameters);
        Assert.Equal((BodyProblemCode.MissingParameter, "content.parameters." + first), (rendered.Code, rendered.Path));
        Assert.Equal($"content.parameters.{first} is missing, which the template needs{others}", rendered.Detail);
    }

    [Fact]
    public void A_template_tells_which_parameters_it_needs()
    {
        TemplateSet set = TemplateSet.Of([new TemplateSettings("t", "en", "{{ b }}{{ a.c }}{{ b }}{{ d | default: 1 }}{% if e %}{{ e }}{% endif %}")], TemplateSet.Empty);
        Assert.Equal(["b", "a.c"], set.Find("t", "en")!.Parameters);
    }

    [Theory]
    [InlineData("t", "en", "en")]
    [InlineData("t", "pt-BR", "pt-BR")]
    [InlineData("t", "PT-br", "pt-BR")]
    [InlineData("t", "pt-PT", "pt")]
    [InlineData("t", "en-GB", "en")]
    public void The_language_is_the_one_asked_for_else_the_language_alone(string name, string language, string found) =>
        Assert.Equal(found, Rendered.Of(Three, $$"""{"type":"template","name":"{{name}}","language":"{{language}}"}""").Text);

    [Theory]
    [InlineData("t", "it", "content.language", "content.language is not a language of this template: there are en, pt, pt-BR")]
    [InlineData("T", "en", "content.name", "content.name is not the name of a template: put it first, or see GET /v1/templates")]
    public void An_unknown_template_is_refused_with_the_languages_there_are(string name, string language, string path, string detail)
    {
        Rendered rendered = Rendered.Of(Three, $$"""{"type":"template","name":"{{name}}","language":"{{language}}"}""");
        Assert.Equal((BodyProblemCode.UnknownTemplate, path, detail), (rendered.Code, rendered.Path, rendered.Detail));
    }

    [Fact]
    public void What_is_no_tag_of_a_language_is_an_invalid_value()
    {
        Rendered rendered = Rendered.Of(Three, """{"type":"template","name":"t","language":"e_n"}""");
        Assert.Equal((BodyProblemCode.InvalidValue, "content.language"), (rendered.Code, rendered.Path));
    }

    [Theory]
    [InlineData("{{ a | divided_by: 0 }}", "it divides by zero")]
    [InlineData("{{ nothing }}", "renders to nothing")]
    [InlineData("{% for i in l %}{% for j in l %}{% for k in l %}{% for m in l %} {% assign q = m %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}", "more than 10,000 steps")]
    [InlineData("{% assign s = long %}{% for i in l %}{% assign s = s | append: s %}{% endfor %}{{ s }}", "renders to more than 65,535 bytes")]
    [InlineData("{{ long | replace: 'x', long }}", "renders to more than 65,535 bytes")]
    [InlineData("{{ many | join: long }}", "renders to more than 65,535 bytes")]
    [InlineData("{% for i in many %}{{ long }}{% endfor %}", "renders to more than 65,535 bytes")]
    [InlineData("{% for i in many %}{% for j in many %}{% assign s = long | upcase %}{% endfor %}{% endfor %}", "works on more than 4,194,304 characters")]
    [InlineData("{% for i in many %}{% for j in many %}{% assign s = long | size %}{% endfor %}{% endfor %}", "works on more than 4,194,304 characters")]
    [InlineData("{% for i in many %}{% for j in many %}{% assign s = parts | join %}{% endfor %}{% endfor %}", "works on more than 4,194,304 characters")]
    [InlineData("{{ 'now' | date: '%999999999N' }}", "a format of more than 64 characters, or with a width of more than 99")]
    [InlineData("{{ 1 | format_number: 'N999999999' }}", "a format of more than 64 characters, or with a width of more than 99")]
    [InlineData("{{ long }}{{ long }}", "is too long for SMS: at most 255 segments")]
    public void What_a_template_may_use_is_bounded(string template, string detail)
    {
        string parameters = $$"""{"a":1,"nothing":"","l":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20],"long":"{{new string('x', 20_000)}}","parts":["{{new string('y', 20_000)}}",1],"many":[{{string.Join(',', Enumerable.Range(0, 200))}}]}""";
        Rendered rendered = Rendered.Of(template, parameters);
        Assert.Equal((BodyProblemCode.InvalidValue, "content.parameters"), (rendered.Code, rendered.Path));
        Assert.StartsWith("content.parameters the template ", rendered.Detail, StringComparison.Ordinal);
        Assert.True(rendered.Detail.Contains(detail, StringComparison.Ordinal), template + " -> " + rendered.Detail);
        Assert.DoesNotContain("xxxx", rendered.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":"\u0000"}""", BodyProblemCode.InvalidValue)]
    [InlineData("""{"a":1e99}""", BodyProblemCode.InvalidValue)]
    [InlineData("""{"a":1,"a":2}""", BodyProblemCode.DuplicateField)]
    [InlineData("""{"a":{"b":1,"b":2}}""", BodyProblemCode.DuplicateField)]
    public void A_parameter_that_cannot_be_one_is_refused(string parameters, BodyProblemCode code) => Assert.Equal(code, Rendered.Of("{{ a }}", parameters).Code);

    [Fact]
    public void Segments_are_counted_of_the_text_rendered()
    {
        Assert.Equal(2, Rendered.Of("{{ a }}", $$"""{"a":"{{new string('x', 161)}}"}""").Segments);
        Assert.Equal(1, Rendered.Of("{{ a }}", $$"""{"a":"{{new string('x', 60_000)}}"}""", to: "email:a@b.example").Segments);
    }

    [Fact]
    public void Half_a_character_cut_by_a_filter_is_still_valid_UTF8() => Assert.Equal("\uFFFD", Rendered.Of("{{ a | slice: 0, 1 }}", """{"a":"😀"}""").Text);

    [Fact]
    public void What_did_not_change_keeps_its_compiled_template()
    {
        TemplateSet first = TemplateSet.Of([new("a", "en", "x"), new("b", "en", "y")], TemplateSet.Empty);
        TemplateSet next = TemplateSet.Of([new("a", "en", "x"), new("b", "en", "z")], first);
        Assert.Same(first.Find("a", "en"), next.Find("a", "en"));
        Assert.NotSame(first.Find("b", "en"), next.Find("b", "en"));
    }

    [Theory]
    [InlineData("t", "en", "{{ a", "text", "(1:")]
    [InlineData("t", "en", "x\n{% if a %}", "text", "(2:")]
    [InlineData("t", "en", "a\nb\n{% include 'x' %}", "text", "(3:")]
    [InlineData("t", "en", "{% render 'x' %}", "text", "tags are assign, if")]
    [InlineData("t", "en", "{% capture x %}{% endcapture %}", "text", "tags are assign, if")]
    [InlineData("t", "en", "{{ a | split: '' }}", "text", "unknown filter split: filters are abs, append")]
    [InlineData("t", "en", "{% for i in (1..1000000000) %}x{% endfor %}", "text", "has a range")]
    [InlineData("t", "en", "{{ f() }}", "text", "is not a template")]
    [InlineData("t", "en", "", "text", "1 to 4096")]
    [InlineData("t", "en", "a\0", "text", "NUL")]
    [InlineData("T", "en", "x", "name", "is not a name")]
    [InlineData("t", "EN", "x", "language", "not the tag")]
    [InlineData("t", "english", "x", "language", "not the tag")]
    public void A_template_that_is_wrong_is_refused_when_it_is_put(string name, string language, string text, string field, string detail)
    {
        IsFault(TemplateRules.Check(new TemplateSettings(name, language, text)), field, detail);
    }

    [Theory]
    [InlineData("{%if a%}", "{%endif%}", 50, 51)]
    [InlineData("{%if a%}", "", 100, 101)]
    [InlineData("{%for a in b%}", "{%endfor%}", 50, 51)]
    [InlineData("{%case a%}{%when true%}", "{%endcase%}", 33, 34)]
    [InlineData("{%if a%}{%elsif b%}", "{%endif%}", 33, 34)]
    [InlineData("{%comment%}", "{%endcomment%}", 50, 51)]
    public void Tags_inside_each_other_never_take_the_stack(string open, string close, int most, int tooMany) => OnSmallStack(() =>
    {
        Assert.DoesNotContain("too intricate", RenderNested(open, "x", close, most), StringComparison.Ordinal);
        Assert.Contains("too intricate", RenderNested(open, "x", close, tooMany), StringComparison.Ordinal);
        Assert.Contains("too intricate", RenderNested(open, "x", "", 4_095 / open.Length), StringComparison.Ordinal);
    });

    [Fact]
    public void Indexes_filters_and_conditions_in_a_row_never_take_the_stack() => OnSmallStack(() =>
    {
        Assert.DoesNotContain("too intricate", RenderChain("{{ a", "[a", "]", 64, " }}"), StringComparison.Ordinal);
        Assert.Contains("too intricate", RenderChain("{{ a", "[a", "]", 65, " }}"), StringComparison.Ordinal);
        Assert.Contains("too intricate", RenderChain("{{ a", "[a", "", 2_000), StringComparison.Ordinal);
        Assert.Equal("4", RenderChain("{{ a", "|size|default:'tree'", "", 50, "}}"));
        Assert.Contains("too intricate", RenderChain("{{ a", "|size", "", 101, "}}"), StringComparison.Ordinal);
        Assert.Equal("x", RenderChain("{% if a", " and a", "", 660, " %}x{% endif %}"));
        Assert.Equal("x", RenderChain("{{ 'x' }}{{ a", ".a", "", 2_000, "}}"));
    });

    [Fact]
    public void Templates_of_a_tenant_are_bounded_in_number_and_size()
    {
        TemplateSettings[] many = [.. Enumerable.Range(0, 200).Select(static i => new TemplateSettings($"t{i}", "en", "x"))];
        Assert.Null(TemplateRules.CheckRoom(many[1..], many[0]));
        IsFault(TemplateRules.CheckRoom(many, many[0]), "name", "at most 200");
        TemplateSettings[] large = [.. Enumerable.Range(0, 64).Select(static i => new TemplateSettings($"t{i}", "en", new string('x', 4096)))];
        Assert.Null(TemplateRules.CheckRoom(large[1..], large[0]));
        IsFault(TemplateRules.CheckRoom(large, many[0]), "text", "at most 262144");
    }

    [Theory]
    [InlineData("IT", "it")]
    [InlineData("zh-hant-tw", "zh-Hant-TW")]
    [InlineData("de-1996", "de-1996")]
    [InlineData("en-x-us", "en-x-us")]
    [InlineData("sl-IT-nedis", "sl-IT-nedis")]
    public void Tags_get_their_usual_case(string tag, string canonical)
    {
        Assert.True(LanguageTag.TryCanonical(tag, out string found));
        Assert.Equal(canonical, found);
    }

    private static string RenderNested(string open, string text, string close, int count)
    {
        string all = string.Concat(Enumerable.Repeat(open, count)) + text + string.Concat(Enumerable.Repeat(close, count));
        return Render(all);
    }

    private static string RenderChain(string before, string open, string close, int count, string after = "") =>
        Render(before + string.Concat(Enumerable.Repeat(open, count)) + string.Concat(Enumerable.Repeat(close, count)) + after);

    // Text or refusal of one that is put and, if it may be, rendered.
    private static string Render(string text)
    {
        Assert.InRange(text.Length, 1, TemplateRules.TextCharactersMax);
        SettingsFault? fault = TemplateRules.Check(new TemplateSettings("t", "en", text));
        Rendered? rendered = fault is null ? Rendered.Of(text, """{"a":true,"b":[true]}""") : null;
        return fault?.Detail ?? rendered!.Text ?? rendered.Detail;
    }

    /// <summary>Half of what the smallest stack of a thread of the pool has. An overflow ends the test run.</summary>
    private static void OnSmallStack(Action test)
    {
        Exception? failed = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    test();
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    failed = e;
                }
            },
            512 * 1024);
        thread.Start();
        thread.Join();
        Assert.Null(failed);
    }

    private static TemplateSet Three { get; } = TemplateSet.Of([new("t", "en", "en"), new("t", "pt", "pt"), new("t", "pt-BR", "pt-BR")], TemplateSet.Empty);

    private static void IsFault(SettingsFault? fault, string field, string detail)
    {
        Assert.NotNull(fault);
        Assert.Equal(field, fault.Field);
        Assert.Contains(detail, fault.Detail, StringComparison.Ordinal);
    }
}
