using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LightMq.Tidy.Checks;

/// <summary>Rule 13 and 1: lengths of files, functions and lines; words that say nothing.</summary>
internal static class Shape
{
    public const int FileLinesMax = 300;
    public const int FunctionLinesMax = 60;
    public const int ColumnsMax = 110;
    private static readonly string[] BannedWords = ["Manager", "Helper", "Util"];

    /// <summary>A longer file says why in its first line, which then starts so.</summary>
    public const string LongFileReason = "// Long because ";

    public static IEnumerable<string> LongFiles(Project project) =>
        from source in project.Sources()
        let lines = source.Text.AsSpan().Count('\n')
        where lines > FileLinesMax && !source.Text.StartsWith(LongFileReason, StringComparison.Ordinal)
        select $"{source.Path}: {lines} lines; split it along a noun, or start it with \"{LongFileReason}…\"";

    public static IEnumerable<string> LongFunctions(Project project) =>
        from source in project.Sources()
        from function in Tree(source.Text).DescendantNodes().Where(IsFunction)
        let span = function.SyntaxTree.GetLineSpan(function.Span)
        let lines = span.EndLinePosition.Line - span.StartLinePosition.Line + 1
        where lines > FunctionLinesMax
        select $"{source.Path}:{span.StartLinePosition.Line + 1}: a function of {lines} lines";

    public static IEnumerable<string> LongLines(Project project) =>
        from source in project.Sources()
        from line in source.Text.Split('\n').Index()
        where line.Item.Length > ColumnsMax
        select $"{source.Path}:{line.Index + 1}: {line.Item.Length} columns";

    /// <summary>Usings stand as the formatter sorts them: plain, static, aliases; System first.</summary>
    public static IEnumerable<string> UnsortedUsings(Project project) =>
        from source in project.Sources()
        let usings = source.Text.Split('\n').TakeWhile(static line => line.StartsWith("using ")).ToArray()
        let keys = usings.Select(KeyOf).ToArray()
        where !keys.SequenceEqual(keys.Order(StringComparer.OrdinalIgnoreCase))
        select $"{source.Path}: its usings are not sorted; ./build.sh format does it";

    // A dot sorts before everything that a name may hold.
    private static string KeyOf(string line)
    {
        var name = line["using ".Length..].TrimEnd(';', '\r').Replace('.', '\u0001');
        var isStatic = name.StartsWith("static ", StringComparison.Ordinal);
        if (isStatic) name = name["static ".Length..];
        var kind = name.Contains('=') ? '2' : isStatic ? '1' : '0';
        return $"{kind}{(name == "System" || name.StartsWith("System\u0001") ? '0' : '1')}{name}";
    }

    public static IEnumerable<string> BannedTypeNames(Project project) =>
        from source in project.Sources()
        from type in Tree(source.Text).DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
        let word = BannedWords.FirstOrDefault(w => type.Identifier.Text.Contains(w, StringComparison.Ordinal))
        where word != null
        select $"{source.Path}: {type.Identifier.Text} is named by \"{word}\", not by what it is";

    private static SyntaxNode Tree(string text) => CSharpSyntaxTree.ParseText(text).GetRoot();

    private static bool IsFunction(SyntaxNode node) =>
        node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax;
}
