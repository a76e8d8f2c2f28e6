using System.Reflection;
using Router.Core.Messages;
using Router.Engine.Journal;
using Router.Engine.Providers;
using Router.Engine.Receipts;
using Router.Engine.Shards;

namespace Router.Engine.Tests.Receipts;

public sealed class ReceiptTaskPoolTests
{
    // Guards against a field that is added later and lives on into another message's receipt.
    [Fact]
    public void A_task_that_is_taken_again_knows_nothing_of_the_receipt_before()
    {
        var pool = new ReceiptTaskPool();
        ReceiptTask task = pool.Take(new Receipt { ReceiptKey = 7, SecondKey = 8, ThirdKey = 9, Provider = 3, Status = MessageStatus.Delivered });
        FieldInfo[] fields = typeof(ReceiptTask).GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
        foreach (FieldInfo field in fields)
        {
            field.SetValue(task, Some(field.FieldType));
        }

        task.Receipt.ReceiptKey = 7;
        pool.Return(task);
        ReceiptTask again = pool.Take(new Receipt { ReceiptKey = 7 });

        Assert.Same(task, again);
        Assert.Equal(new Receipt { ReceiptKey = 7 }, again.Receipt);
        Assert.All(fields.Where(static f => f.Name != nameof(ReceiptTask.Receipt)), field =>
            Assert.Equal(field.FieldType.IsValueType ? Activator.CreateInstance(field.FieldType) : null, field.GetValue(again)));
    }

    [Fact]
    public void What_is_kept_is_bounded()
    {
        var pool = new ReceiptTaskPool();
        ReceiptTask[] tasks = [.. Enumerable.Range(0, 2_000).Select(_ => pool.Take(new Receipt { ReceiptKey = 1 }))];
        foreach (ReceiptTask task in tasks)
        {
            task.Receipt.ReceiptKey = 1;
            pool.Return(task);
        }

        Assert.Equal(1_024, Enumerable.Range(0, 2_000).Count(_ => Array.IndexOf(tasks, pool.Take(new Receipt { ReceiptKey = 1 })) >= 0));
    }

    private static object? Some(Type type) => type switch
    {
        _ when type == typeof(bool) => true,
        _ when type == typeof(long) => 1L,
        _ when type == typeof(ReceiptTask) => new ReceiptTask(),
        _ when type == typeof(object) => new object(),
        _ when type == typeof(Action<object?, long, bool>) => (Action<object?, long, bool>)(static (_, _, _) => { }),
        _ when type == typeof(Receipt) => new Receipt { Provider = 1 },
        _ when (Nullable.GetUnderlyingType(type) ?? type) == typeof(AwaitedReceipt) => new AwaitedReceipt { Tenant = 1 },
        _ => throw new NotSupportedException($"say what a {type} is that is not blank"),
    };
}
