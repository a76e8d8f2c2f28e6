using Router.Core.Tenants;

namespace Router.FrontDoor.Access;

/// <summary>What an endpoint asks of the key that calls it.</summary>
internal enum Permission
{
    /// <summary>Reads of a tenant's own.</summary>
    TenantRead,

    /// <summary>Sends and cancels messages.</summary>
    TenantSend,

    /// <summary>Changes contacts and consents.</summary>
    TenantManage,

    /// <summary>Serves conversations: assigns, closes, reopens. Like <see cref="TenantSend"/> by role, but a line of the audit log is kept.</summary>
    TenantServe,

    /// <summary>Reads how a tenant is set up: what an agent, who works in it, need not see.</summary>
    TenantReadSettings,

    /// <summary>The tenant's own keys: an owner's alone.</summary>
    TenantOwn,

    /// <summary>Reads what was changed by whom.</summary>
    TenantAudit,

    /// <summary>Reads of the operator's.</summary>
    OperatorRead,

    /// <summary>Changes of the operator's.</summary>
    OperatorManage,
}

/// <summary>The table of roles (R6.2): the one place that says who may do what.</summary>
internal static class Permissions
{
    internal static bool Allows(this Role role, Permission permission) => permission switch
    {
        Permission.TenantRead => role is Role.Owner or Role.Admin or Role.Agent or Role.Auditor,
        Permission.TenantSend => role is Role.Owner or Role.Admin or Role.Agent,
        Permission.TenantManage => role is Role.Owner or Role.Admin,
        Permission.TenantServe => role is Role.Owner or Role.Admin or Role.Agent,
        Permission.TenantAudit => role is Role.Owner or Role.Auditor,
        Permission.TenantReadSettings => role is Role.Owner or Role.Admin or Role.Auditor,
        Permission.TenantOwn => role is Role.Owner,
        Permission.OperatorRead => role is Role.Operator or Role.Support,
        Permission.OperatorManage => role is Role.Operator,
        _ => throw new ArgumentOutOfRangeException(nameof(permission), permission, "not a permission"),
    };

    /// <summary>The role with this word in the API; none: there is none such.</summary>
    internal static Role RoleOf(string word) => word switch
    {
        "owner" => Role.Owner,
        "admin" => Role.Admin,
        "agent" => Role.Agent,
        "auditor" => Role.Auditor,
        "operator" => Role.Operator,
        "support" => Role.Support,
        _ => Role.None,
    };

    /// <summary>The role's word in the API.</summary>
    internal static string WordOf(Role role) => role switch
    {
        Role.Owner => "owner",
        Role.Admin => "admin",
        Role.Agent => "agent",
        Role.Auditor => "auditor",
        Role.Operator => "operator",
        Role.Support => "support",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "not a role"),
    };
}
