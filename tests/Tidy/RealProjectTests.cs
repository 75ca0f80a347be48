using LightMq.Tidy.Checks;
using Xunit;

namespace LightMq.Tidy;

/// <summary>The project keeps its own rules.</summary>
public sealed class RealProjectTests
{
    [Fact]
    public void Files_are_short() => None(Shape.LongFiles(Project.Real));

    [Fact]
    public void Functions_are_short() => None(Shape.LongFunctions(Project.Real));

    [Fact]
    public void Lines_are_short() => None(Shape.LongLines(Project.Real));

    [Fact]
    public void Usings_are_sorted() => None(Shape.UnsortedUsings(Project.Real));

    [Fact]
    public void Types_are_named_by_what_they_are() => None(Shape.BannedTypeNames(Project.Real));

    [Fact]
    public void Projects_refer_in_one_direction() => None(Layout.WrongReferences(Project.Real));

    [Fact]
    public void Every_project_is_in_the_table_of_dependencies() => None(Layout.UnknownProjects(Project.Real));

    [Fact]
    public void No_source_is_too_deep() => None(Layout.TooDeep(Project.Real));

    [Fact]
    public void Every_source_folder_is_explained() => None(Layout.UnnamedFolders(Project.Real));

    [Fact]
    public void Nothing_is_left_to_do() => None(Words.Leftovers(Project.Real));

    [Fact]
    public void No_path_of_one_machine() => None(Words.MachinePaths(Project.Real));

    [Fact]
    public void Log_ids_are_unique() => None(Words.RepeatedLogIds(Project.Real));

    [Fact]
    public void Links_lead_somewhere() => None(Pages.DeadLinks(Project.Real));

    [Fact]
    public void Readme_names_every_verb() => None(Pages.UnnamedVerbs(Project.Real));

    [Fact]
    public void Every_promise_names_its_tests() => None(Pages.UntestedPromises(Project.Real));

    [Fact]
    public void Every_statement_of_the_standard_has_its_row() => None(Statements.Miscounted(Project.Real));

    [Fact]
    public void Every_statement_is_proven_or_it_is_said_why_not() => None(Statements.Unproven(Project.Real));

    [Fact]
    public void Only_statements_of_the_standard_are_cited() => None(Statements.Unknown(Project.Real));

    private static void None(IEnumerable<string> found)
    {
        var all = found.ToArray();
        if (all.Length > 0) Assert.Fail(string.Join('\n', all));
    }
}
