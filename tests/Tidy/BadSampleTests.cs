using LightMq.Tidy.Checks;
using Xunit;

namespace LightMq.Tidy;

/// <summary>Each check finds what it is for, and only that.</summary>
public sealed class BadSampleTests
{
    private static string Lines(int count) => string.Concat(Enumerable.Repeat("\n", count));

    [Fact]
    public void Long_file_needs_a_reason_in_its_first_line() => Assert.Equal(
        ["src/A/Long.cs"],
        Paths(Shape.LongFiles(Project.Sample(
            ("src/A/Long.cs", Lines(301)),
            ("src/A/Reasoned.cs", "// Long because the table is one.\n" + Lines(400)),
            ("src/A/Short.cs", Lines(300))))));

    [Fact]
    public void Long_function_is_found_wherever_it_hides() => Assert.Equal(
        ["src/A/Local.cs", "src/A/Method.cs"],
        Paths(Shape.LongFunctions(Project.Sample(
            ("src/A/Method.cs", "class C { void F() {" + Lines(60) + "} }"),
            ("src/A/Local.cs", "class C { int P => G(); void F() { void H() {" + Lines(60) + "} } }"),
            ("src/A/Fine.cs", "class C { void F() {" + Lines(59) + "} }")))).Distinct());

    [Fact]
    public void Long_line_is_found() => Assert.Equal(
        ["src/A/B.cs"],
        Paths(Shape.LongLines(
            Project.Sample(("src/A/B.cs", new string('x', 110) + "\n" + new string('x', 111))))));

    [Theory]
    [InlineData(true, "using System;", "using System.Text;", "using A;", "using A.B;", "using Ab;",
        "using static A.B;", "using C = A.B;")]
    [InlineData(false, "using A;", "using System;")]
    [InlineData(false, "using B;", "using A;")]
    [InlineData(false, "using static A.B;", "using A;")]
    [InlineData(false, "using Ab;", "using A.B;")]
    public void Usings_out_of_order_are_found(bool isSorted, params string[] usings) => Assert.Equal(
        isSorted ? [] : ["src/A/B.cs"],
        Paths(Shape.UnsortedUsings(Project.Sample(
            ("src/A/B.cs", string.Join('\n', usings) + "\n\nclass C;")))));

    [Theory]
    [InlineData("class SessionManager;")]
    [InlineData("record struct StringHelper;")]
    [InlineData("static class Utils { }")]
    [InlineData("enum HelperKind { }")]
    public void Empty_words_are_found(string type) =>
        Assert.Single(Shape.BannedTypeNames(Project.Sample(("src/A/B.cs", type))));

    [Fact]
    public void Banned_word_in_a_comment_is_no_type_name() =>
        Assert.Empty(Shape.BannedTypeNames(Project.Sample(("src/A/B.cs", "// a Manager\nclass Session;"))));

    [Theory]
    [InlineData("Mqtt", "Lmq")]
    [InlineData("Broker", "Store")]
    [InlineData("Net", "Store")]
    [InlineData("Unheard", "Mqtt")]
    public void Reference_against_the_direction_is_found(string from, string to) =>
        Assert.Single(Layout.WrongReferences(Project.Sample(
            ($"src/{from}/{from}.csproj", $"<ProjectReference Include=\"../{to}/{to}.csproj\" />"))));

    [Fact]
    public void Project_outside_the_table_is_found() =>
        Assert.Single(Layout.UnknownProjects(Project.Sample(("src/Unheard/Unheard.csproj", ""))));

    [Fact]
    public void Source_too_deep_is_found() => Assert.Equal(
        ["src/A/B/C/D.cs"],
        Layout.TooDeep(Project.Sample(("src/A/B/C/D.cs", ""), ("src/A/B/C.cs", "")))
            .Select(v => v.Split(' ')[0]));

    [Fact]
    public void Unexplained_folder_is_found() => Assert.Single(Layout.UnnamedFolders(Project.Sample(
        ("docs/ARCHITECTURE.md", "`src/A/B` is explained"), ("src/A/B/C.cs", ""), ("src/A/D/E.cs", ""))));

    [Theory]
    [InlineData("// TODO: later")]
    [InlineData("# FIXME")]
    [InlineData("throw new NotImplementedException();")]
    public void Leftover_is_found(string text) =>
        Assert.Single(Words.Leftovers(Project.Sample(("src/A/B.cs", text))));

    [Theory]
    [InlineData("see /work/somewhere")]
    [InlineData("cd /home/jane/src")]
    [InlineData("/root/.nuget")]
    public void Machine_path_is_found(string text) =>
        Assert.Single(Words.MachinePaths(Project.Sample(("docs/A.md", text))));

    [Fact]
    public void Log_id_used_twice_is_found() => Assert.Single(Words.RepeatedLogIds(Project.Sample(
        ("src/A/Log.cs", "[LoggerMessage(1, x)] [LoggerMessage(2, x)] [LoggerMessage(EventId = 1, x)]"),
        ("src/B/Log.cs", "[LoggerMessage(1, x)]"))));

    [Fact]
    public void Dead_link_is_found() => Assert.Single(Pages.DeadLinks(Project.Sample(
        ("docs/A.md",
            "[b](B.md) [c](../README.md#top) [dead](gone.md) [web](https://example.org) " +
            "[here](#top) [d](adr/)"),
        ("docs/B.md", ""), ("docs/adr/0001.md", ""), ("README.md", ""))));

    [Fact]
    public void Verb_missing_from_the_readme_is_found() => Assert.Single(Pages.UnnamedVerbs(Project.Sample(
        ("build.sh", "verb_run() {\n}\nverb_fly() {\n}\n"), ("README.md", "`./build.sh run`"))));

    [Theory]
    [InlineData("| P1 | nothing is lost | |")]
    [InlineData("| P1 | nothing is lost | `Lost.Nothing_is` |")]
    [InlineData("no table at all")]
    public void Promise_without_a_test_is_found(string page) =>
        Assert.Single(Pages.UntestedPromises(Project.Sample(
        ("docs/TESTING.md", page), ("tests/Unit/Kept.cs", "class Kept { void All_is() {} }"))));

    [Fact]
    public void Promise_with_a_test_is_fine() => Assert.Empty(Pages.UntestedPromises(Project.Sample(
        ("docs/TESTING.md", "| P1 | all is kept | `Kept.All_is`, `Kept` |"),
        ("tests/Unit/Kept.cs", "class Kept { void All_is() {} }"))));

    private static IEnumerable<string> Paths(IEnumerable<string> found) => found.Select(v => v.Split(':')[0]);
}
